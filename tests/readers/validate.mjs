// Validates documents against a JSON Schema with Ajv in its strict mode, which refuses a schema with a word that it does
// not know or a required key that is nowhere described.
//
//   node validate.mjs SCHEMA < DOCUMENTS
//
// DOCUMENTS is a JSON array; each entry is {"text": "..."} with YAML (or JSON, which is YAML), or {"file": "PATH"}.
// Prints a JSON array: for each document the list of what is wrong with it, empty where it is valid.
import { readFileSync } from 'node:fs'
import Ajv from 'ajv'
import { parse } from 'yaml'

const schema = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const ajv = new Ajv({ strict: true, allowUnionTypes: true, strictRequired: false, allErrors: true, verbose: true })
const validate = ajv.compile(schema)
const places = new Map()
locate(schema, '#')
const documents = JSON.parse(readFileSync(0, 'utf8'))
console.log(JSON.stringify(documents.map(({ text, file }) => {
  const document = parse(text ?? readFileSync(file, 'utf8'), { maxAliasCount: -1 })
  return validate(document) ? [] : validate.errors.map(error => ({
    at: error.instancePath,
    schema: `${places.get(error.parentSchema) ?? '#'}/${error.keyword}`,
    key: error.params.additionalProperty ?? null,
    what: error.message,
  }))
})))

// Ajv tells a rule's place from the definition that it is in; this is its place in the file.
function locate(node, pointer) {
  if (node === null || typeof node !== 'object') return
  places.set(node, pointer)
  for (const [key, value] of Object.entries(node)) locate(value, `${pointer}/${key}`)
}
