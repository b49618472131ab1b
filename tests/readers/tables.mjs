// Opens every table of a run with independent readers of CSV and Parquet, and compares the two cell by cell.
//
//   node tables.mjs FOLDER      the run's folder `tables`
//
// Prints {"tables": n, "rows": n, "cells": n, "types": {"NAME.COLUMN": "DOUBLE", ...}}; at the first difference it says
// where, and ends with 1.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'

const folder = process.argv[2]
const names = readdirSync(folder).filter(file => /\.(csv|parquet)$/.test(file))
const tables = [...new Set(names.map(file => file.replace(/\.(csv|parquet)$/, '')))].sort()
const seen = { tables: 0, rows: 0, cells: 0, types: {} }
for (const table of tables) {
  for (const ending of ['csv', 'parquet']) {
    if (!names.includes(`${table}.${ending}`)) fail(`${table}.${ending} is missing`)
  }
  await compare(table)
}
console.log(JSON.stringify(seen))

async function compare(table) {
  const [headings, ...rows] = parse(readFileSync(join(folder, `${table}.csv`), 'utf8'))
  const bytes = readFileSync(join(folder, `${table}.parquet`))
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const columns = parquetMetadata(file).schema.slice(1)
  const records = await parquetReadObjects({ file })
  same(`${table}: columns`, columns.length, headings.length)
  same(`${table}: rows`, records.length, rows.length)
  columns.forEach((column, place) => {
    if (column.name.replace(/ \(\d+\)$/, '') !== headings[place]) same(`${table}: heading ${place}`, column.name, headings[place])
    seen.types[`${table}.${column.name}`] = column.type
    rows.forEach((row, line) => same(`${table}: row ${line + 1}, column '${column.name}'`, records[line][column.name], typed(row[place], column.type)))
  })
  seen.tables++
  seen.rows += rows.length
  seen.cells += rows.length * columns.length
}

// What the text of a CSV field says, in the type that the Parquet column claims.
function typed(text, type) {
  if (text === '') return null
  switch (type) {
    case 'DOUBLE': return Number(text)
    case 'INT64': return BigInt(text)
    case 'BOOLEAN': return { true: true, false: false }[text]
    case 'BYTE_ARRAY': return text
    default: fail(`the type ${type} is not one that tables have`)
  }
}

function same(where, found, wanted) {
  if (found === '' && wanted === null) return // CSV cannot tell an empty text from none
  if (!Object.is(found ?? null, wanted)) fail(`${where}: Parquet has ${String(found)}, CSV has ${String(wanted)}`)
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
