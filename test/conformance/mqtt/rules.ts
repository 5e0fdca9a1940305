import { afterAll, beforeAll, it } from 'vitest';
import { TestBroker } from '../../../gateway/sources/mqtt/harness.testing.ts';
import { type ConnectFields, connectPacket, until, type Version, Wire } from './wire.ts';

/** The broker of a test file, and sockets to it. Each test uses client ids and topics of its own. */
export class Site {
  readonly broker = new TestBroker();
  private readonly wires: Wire[] = [];
  private count = 0;

  /** A name that no other test of the file has. */
  name(): string {
    this.count += 1;
    return `n${this.count}`;
  }

  async open(): Promise<Wire> {
    const wire = await Wire.open(this.broker.port);
    this.wires.push(wire);
    return wire;
  }

  /** A connection with its CONNACK, of a user who may everything unless the fields say otherwise. */
  async connected(version: Version, fields: ConnectFields = {}): Promise<Wire> {
    const wire = await this.open();
    wire.send(connectPacket(version, { id: this.name(), user: 'operator', password: 'secret2', ...fields }));
    await wire.got(2);
    return wire;
  }

  /** Resolves when the broker has noticed that the client has gone. */
  async gone(wire: Wire): Promise<void> {
    const before = this.broker.broker.stats().connections;
    wire.socket.destroy();
    if (!wire.closed)
      await until(() => {
        if (this.broker.broker.stats().connections >= before) throw new Error('still connected');
      });
  }

  async end(): Promise<void> {
    for (const wire of this.wires) wire.socket.destroy();
    await this.broker.remove();
  }
}

export function siteOfTests(overrides: Record<string, unknown> = {}): Site {
  const site = new Site();
  beforeAll(async () => {
    await site.broker.start(overrides);
  });
  afterAll(() => site.end());
  return site;
}

/**
 * A test of statements that one or both versions make: `3.1.1: 3.1.0-1, 3.1.0-2` and `5: 3.1.0-1` name them, and
 * clauses.test.ts looks for these words in the source.
 */
export function rule(named: string, says: string, run: (version: Version) => Promise<void>): void {
  for (const part of named.split('; ')) {
    const [edition, numbers = ''] = part.split(': ');
    const names = numbers.split(', ').map((number) => `[MQTT-${number}]`);
    it(`${edition} ${names.join(' ')}: ${says}`, () => run(edition === '5' ? 5 : 4));
  }
}
