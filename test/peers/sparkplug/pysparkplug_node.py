"""A Sparkplug edge node on pysparkplug: `pysparkplug_node.py PORT`.

It is born as Plant/line1 with the device press, whose metrics have numbers in place of names in their data, and obeys lines of
its input: `data VALUE`, `history VALUE MS`, `null`, `gap`, `device-death`, `die` (without a word) and `end`. It answers a command
for a rebirth with its births, and says `rebirth` then.
"""

import datetime
import os
import sys
import time

import pysparkplug as psp
from pysparkplug import DataType, Metric

VALUES = {
    "int8": (DataType.INT8, -128),
    "int16": (DataType.INT16, -7),
    "int32": (DataType.INT32, -2147483648),
    "int64": (DataType.INT64, -9007199254740991),
    "uint8": (DataType.UINT8, 255),
    "uint16": (DataType.UINT16, 65535),
    "uint32": (DataType.UINT32, 4294967295),
    "uint64": (DataType.UINT64, 9007199254740991),
    "float": (DataType.FLOAT, 21.5),
    "double": (DataType.DOUBLE, 0.1),
    "boolean": (DataType.BOOLEAN, True),
    "string": (DataType.STRING, "AUTO"),
    "text": (DataType.TEXT, "MANUAL"),
    "datetime": (DataType.DATETIME, datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)),
    "bytes": (DataType.BYTES, b"\x00\x01"),
    "array": (DataType.INT8_ARRAY, (1, 2)),
}
PRESS_ALIAS = 40


def now():
    return int(time.time() * 1000)


def metrics():
    return [
        Metric(timestamp=now(), name=f"types/{name}", datatype=datatype, value=value, alias=alias)
        for alias, (name, (datatype, value)) in enumerate(VALUES.items())
    ]


def temperature(value, named=True, **more):
    more = {"timestamp": now(), "alias": PRESS_ALIAS, **more}
    name = "Motor/temperature" if named else None
    return Metric(name=name, datatype=DataType.FLOAT, value=value, **more)


def message(kind, payload, device=None):
    topic = psp.Topic(message_type=kind, group_id="Plant", edge_node_id="line1", device_id=device)
    return psp.Message(topic=topic, payload=payload, qos=psp.QoS.AT_MOST_ONCE, retain=False)


class Node:
    def __init__(self, port):
        self.value = 1.0
        client = psp.Client(username="nodes", password="nodes-password")
        self.node = psp.EdgeNode("Plant", "line1", metrics(), client, self.command)
        self.node.register(psp.Device("press", [temperature(self.value)]))
        self.node.connect("127.0.0.1", port=port)

    def send(self, kind, payload, device=None, **more):
        self.node._client.publish(message(kind, payload, device), **more)

    def command(self, _, received):
        if any(metric.name == "Node Control/Rebirth" and metric.value for metric in received.payload.metrics):
            born = tuple(self.node._metrics.values())
            self.node._EdgeNode__seq_cycler = __import__("itertools").cycle(range(256))
            self.send(psp.MessageType.NBIRTH, psp.NBirth(now(), self.node._seq, born))
            press = (temperature(self.value),)
            self.send(psp.MessageType.DBIRTH, psp.DBirth(now(), self.node._seq, press), "press")
            print("rebirth", flush=True)

    def data(self, value, **more):
        metric = temperature(value, named=False, **more)
        payload = psp.DData(now(), self.node._seq, (metric,))
        self.send(psp.MessageType.DDATA, payload, "press", include_dtypes=False)

    def obey(self, word, *values):
        if word == "data":
            self.value = float(values[0])
            self.data(self.value)
        elif word == "history":
            self.data(float(values[0]), timestamp=int(values[1]), is_historical=True)
        elif word == "null":
            self.data(None, is_null=True)
        elif word == "gap":
            next(self.node._EdgeNode__seq_cycler)
        elif word == "device-death":
            self.send(psp.MessageType.DDEATH, psp.DDeath(now(), self.node._seq), "press")
        elif word == "die":
            os._exit(1)


def main():
    node = Node(int(sys.argv[1]))
    time.sleep(0.5)
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "end":
            break
        node.obey(*line.split())
    os._exit(0)


main()
