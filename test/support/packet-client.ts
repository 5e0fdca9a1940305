import { connect, type Socket } from 'node:net';
import { type Packet, parser } from 'mqtt-packet';

/** An MQTT client whose packets the test sends itself, and which records every packet that it receives. */
export class PacketClient {
  readonly socket: Socket;
  readonly received: Packet[] = [];
  closed = false;
  private readonly answers = parser({ protocolVersion: 4 });

  constructor(socket: Socket) {
    this.socket = socket;
    const answers = this.answers;
    answers.on('packet', (packet: Packet) => this.received.push(packet));
    answers.on('error', () => undefined);
    socket.on('data', (bytes) => answers.parse(bytes));
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.closed = true;
    });
  }

  /** Reads what follows as that version of MQTT. */
  protected speaks(protocolVersion: 4 | 5): void {
    (this.answers as unknown as { settings: object }).settings = { protocolVersion };
  }

  /** Opens a connection to a broker on this computer, before CONNECT. */
  static async socketTo(port: number): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return socket;
  }

  of(cmd: Packet['cmd']): Packet[] {
    return this.received.filter((packet) => packet.cmd === cmd);
  }
}
