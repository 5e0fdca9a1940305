import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PretendBroker } from '../../../test/support/peers/pretend-broker.ts';
import { type Intake, Remote, until } from './harness.testing.ts';

let plant: Remote;
let remote: PretendBroker;
let intake: Intake;

beforeEach(async () => {
  plant = await Remote.listen();
  ({ broker: remote, intake } = plant);
});
afterEach(() => plant.remove());

const start = (more?: object) => plant.start(more);
const connected = (more?: object) => plant.connected(more);

describe('a broker that is not well', () => {
  it.each([
    [4, /check username and password/],
    [5, /may not connect there/],
    [2, /does not take this client id/],
  ])('which refuses with code %i is reported, with what to do', async (code, remedy) => {
    remote.refuseWith = code;
    const source = await start();
    await until(() =>
      expect(source.stats()).toMatchObject([{ connected: false, problem: expect.stringMatching(remedy) }]),
    );
    remote.refuseWith = 0;
    await until(() =>
      expect(source.peers?.()).toMatchObject([{ isConnected: true, problem: '', lostSinceMs: null }]),
    );
  });

  it('which refuses a subscription is connected, with the problem', async () => {
    remote.refusedFilters.add('secret/#');
    const source = await connected({ subscribe: ['plant/#', 'secret/#'] });
    expect(source.stats()).toMatchObject([
      { problem: expect.stringMatching(/subscription to secret\/#: give the user/) },
    ]);
  });

  it('which says nothing any more is left, and connected to again', async () => {
    const source = await connected({ keepaliveS: 5 });
    await until(() => expect(remote.pings).toBeGreaterThan(1));
    remote.isMute = true;
    await until(() => expect(source.stats()).toMatchObject([{ connected: false }]));
    remote.isMute = false;
    await until(() => expect(source.stats()).toMatchObject([{ connected: true }]));
  });

  it('which stands still here is pinged all the same, and not taken for dead', async () => {
    await connected({ keepaliveS: 5, inFlightMax: 1 });
    intake.isHolding = true;
    remote.publish('plant/a', 'x');
    await until(() => expect(intake.held.length).toBe(1));
    const { pings } = remote;
    await until(() => expect(remote.pings).toBeGreaterThan(pings + 8));
    expect(remote.connects.length).toBe(1);
  });

  it('which sends a packet over the limit is left', async () => {
    const source = await connected({ packetBytesMax: 1_024 });
    remote.publish('plant/a', 'x'.repeat(2_000));
    await until(() => expect(source.stats()[0]!.problem).toMatch(/over the limit of 1024 bytes/));
  });

  it('which sends a message with the packet id 0 is left, and the message is not stored', async () => {
    const source = await connected();
    remote.sendBytes(Buffer.from('\x32\x0c\x00\x07plant/a\x00\x00x', 'latin1'));
    await until(() => expect(source.stats()[0]!.problem).toMatch(/packet id 0/));
    expect(intake.messages).toEqual([]);
  });

  it('which nobody listens for is tried again', async () => {
    const { port } = remote;
    const starting = start();
    await remote.stop();
    const source = await starting;
    remote.cut();
    await until(() => expect(source.stats()[0]!.problem).toMatch(/nothing listens there/));
    plant.broker = await new PretendBroker().listen(port);
    await until(() => expect(source.stats()).toMatchObject([{ connected: true }]));
  });
});
