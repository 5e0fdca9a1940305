/** A device whose MQTT packets are sent one by one, so that it can do what clients in the field do. */
import mqttPacket, { type Packet } from 'mqtt-packet';
import { PacketClient } from '../../../support/packet-client.ts';
import type { Site } from '../../site/site.ts';
import { eventually } from '../fault.ts';

const answerMsMax = 20_000;

export class Device extends PacketClient {
  /** Connects when the gateway accepts it, with a session that is kept. @throws if it does not for a minute */
  static async connect(site: Site, clientId: string): Promise<Device> {
    let device: Device | null = null;
    const problem = await eventually(async () => {
      device = new Device(await PacketClient.socketTo(site.gateway.process.mqttPort));
      const fixed = { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, keepalive: 60 } as const;
      device.send({ ...fixed, clientId, clean: false } as Packet);
      if (await device.hears('connack', 0)) return null;
      device.vanish();
      return 'no CONNACK';
    });
    if (problem !== null || device === null) throw new Error(`${clientId} cannot connect: ${problem}`);
    return device;
  }

  send(packet: Packet): void {
    this.socket.write(mqttPacket.generate(packet));
  }

  publish(
    topic: string,
    payload: string,
    more: { qos: 0 | 1 | 2; messageId: number; dup?: boolean; retain?: boolean },
  ): void {
    this.send({ cmd: 'publish', topic, payload, retain: false, dup: false, ...more } as Packet);
  }

  /** Sends a message with QoS 2; true if it got PUBREC, after which it is released. */
  async exchange(topic: string, payload: string, messageId: number, dup = false): Promise<boolean> {
    const [received, released] = [this.of('pubrec').length, this.of('pubcomp').length];
    this.publish(topic, payload, { qos: 2, messageId, dup });
    if (!(await this.hears('pubrec', received))) return false;
    this.send({ cmd: 'pubrel', messageId });
    await this.hears('pubcomp', released);
    return true;
  }

  /** True when there are more packets of a kind than before; false if the connection ends first. */
  async hears(cmd: Packet['cmd'], before: number): Promise<boolean> {
    const isThere = () => this.of(cmd).length > before;
    const { socket } = this;
    let look = () => {};
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, answerMsMax);
      look = () => {
        if (isThere() || this.closed) resolve();
      };
      socket.on('data', look);
      socket.once('close', look);
      look();
    });
    clearTimeout(timer);
    socket.off('data', look);
    socket.off('close', look);
    return isThere();
  }

  /** Disappears without a word. */
  vanish(): void {
    this.socket.destroy();
  }
}
