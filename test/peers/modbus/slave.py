"""A Modbus slave on pymodbus: `slave.py rtu DEVICE UNIT` or `slave.py tcp PORT UNIT`. Its registers are those of slave.c."""

import asyncio
import sys

from pymodbus import FramerType
from pymodbus.exceptions import NoSuchIdException
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

REGISTERS = 2000


def value_of(address, unit):
    return (address * 40503 + unit * 257) & 0xFFFF


def device(unit):
    values = [value_of(a, unit) for a in range(REGISTERS)]
    bits = [v & 1 == 1 for v in values]
    inputs = [(v >> 1) & 1 == 1 for v in values]

    def words(content):
        return [SimData(0, values=content, datatype=DataType.REGISTERS)]

    def flags(content):
        return [SimData(0, values=content, datatype=DataType.BITS)]

    blocks = (flags(bits), flags(inputs), words(values), words([v ^ 0xFFFF for v in values]))
    return SimDevice(id=unit, simdata=blocks, use_bit_addressing=True)


class OwnUnits(dict):
    """Devices by unit. 3.16.1 answers requests to other units with exception 4, as if the bus were its own."""

    def __missing__(self, unit):
        raise NoSuchIdException(f"unit {unit} is not here")


async def main(way, where, unit):
    common = {"ignore_missing_devices": True}
    if way == "tcp":
        server = ModbusTcpServer(device(unit), framer=FramerType.SOCKET, address=("127.0.0.1", int(where)), **common)
    else:
        server = ModbusSerialServer(device(unit), framer=FramerType.RTU, port=where, baudrate=115200, **common)
    server.context.devices = OwnUnits(server.context.devices)
    task = asyncio.ensure_future(server.serve_forever())
    while not server.transport and not task.done():
        await asyncio.sleep(0.01)
    print("ready", flush=True)
    await task


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
