#!/usr/bin/python3
"""Reads TensorBoard event files with Google's protobuf and checks every record.

    events.py FOLDER

The messages are declared here by the field numbers of TensorBoard's public event.proto and summary.proto; the CRC-32C is
computed by its table. Nothing is shared with the program that wrote the files. Prints a JSON object: for the path of each
event file below FOLDER, {"version": ..., "events": [[wall time, step, {tag: value}], ...]}. Ends with 1 at a damaged record.
"""
import json
import pathlib
import struct
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

FIELD = descriptor_pb2.FieldDescriptorProto


def messages():
    file = descriptor_pb2.FileDescriptorProto(name="event.proto", package="tensorboard", syntax="proto3")

    def message(name, *fields, parent=None):
        made = (parent.nested_type if parent else file.message_type).add(name=name)
        for field, number, kind, repeated in fields:
            one = made.field.add(name=field, number=number, label=FIELD.LABEL_REPEATED if repeated else FIELD.LABEL_OPTIONAL)
            if isinstance(kind, str):
                one.type, one.type_name = FIELD.TYPE_MESSAGE, kind
            else:
                one.type = kind
        return made

    summary = message("Summary", ("value", 1, ".tensorboard.Summary.Value", True))
    value = message("Value", ("tag", 1, FIELD.TYPE_STRING, False), ("simple_value", 2, FIELD.TYPE_FLOAT, False), parent=summary)
    value.oneof_decl.add(name="value")
    value.field[1].oneof_index = 0
    event = message(
        "Event", ("wall_time", 1, FIELD.TYPE_DOUBLE, False), ("step", 2, FIELD.TYPE_INT64, False),
        ("file_version", 3, FIELD.TYPE_STRING, False), ("summary", 5, ".tensorboard.Summary", False))
    event.oneof_decl.add(name="what")
    event.field[2].oneof_index = event.field[3].oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    found = pool.FindMessageTypeByName("tensorboard.Event")
    # The former is gone from new versions, the latter missing in old ones.
    return message_factory.GetMessageClass(found) if hasattr(message_factory, "GetMessageClass") else message_factory.MessageFactory(pool).GetPrototype(found)


def crc_table():
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
        yield byte


TABLE = list(crc_table())


def masked_crc(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(path):
    data, at = path.read_bytes(), 0
    while at < len(data):
        if len(data) < at + 12:
            sys.exit(f"{path}: the file ends within the head of a record at byte {at}")
        head = data[at:at + 8]
        length, check = struct.unpack_from("<QI", data, at)
        if check != masked_crc(head):
            sys.exit(f"{path}: the length of the record at byte {at} has another CRC")
        body = data[at + 12:at + 12 + length]
        if len(body) < length or len(data) < at + 16 + length:
            sys.exit(f"{path}: the file ends within the record at byte {at}")
        if struct.unpack_from("<I", data, at + 12 + length)[0] != masked_crc(body):
            sys.exit(f"{path}: the record at byte {at} has another CRC")
        yield body
        at += 16 + length


def read(path, kind):
    events = [kind.FromString(record) for record in records(path)]
    unknown = [event for event in events if event.SerializeToString() == b"" or event.WhichOneof("what") is None]
    if not events or unknown or events[0].file_version == "":
        sys.exit(f"{path}: does not begin with a version, or an event says nothing")
    return {
        "version": events[0].file_version,
        "events": [[event.wall_time, event.step, {value.tag: value.simple_value for value in event.summary.value}] for event in events[1:]],
    }


def main():
    folder, kind = pathlib.Path(sys.argv[1]), messages()
    files = sorted(path for path in folder.rglob("*") if "tfevents" in path.name)
    print(json.dumps({path.relative_to(folder).as_posix(): read(path, kind) for path in files}))


if __name__ == "__main__":
    main()
