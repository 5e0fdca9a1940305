"""A Sparkplug device on mqtt-spb-wrapper: `spb_wrapper_device.py PORT`.

It is Plant/gateway2/pump. Each line of its input is a pressure that it sends; `end` ends it. The births of this library have `DATA/`
before the names, and its data have not.
"""

import os
import sys

from mqtt_spb_wrapper import MqttSpbEntityDevice, MqttSpbEntityEdgeNode


def main():
    port = int(sys.argv[1])
    node = MqttSpbEntityEdgeNode("Plant", "gateway2")
    node.attributes.set_value("firmware", "1.2.3")
    node.connect("127.0.0.1", port)
    node.publish_birth()
    device = MqttSpbEntityDevice("Plant", "gateway2", "pump")
    device.data.set_value("pressure", 1.5)
    device.connect("127.0.0.1", port)
    device.publish_birth()
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "end":
            break
        device.data.set_value("pressure", float(line))
        device.publish_data()
    os._exit(0)


main()
