import type { Client } from 'aedes';
import { beforeEach, expect, it } from 'vitest';
import { type EndedInCloud, parseEnded } from '../../shared/contract/alerts/ended-in-cloud.ts';
import { encodeGatewaySays, openAlertsKey, parseCloudSays } from '../../shared/contract/fleet/exchange.ts';
import { readGreeting } from '../../shared/contract/greeting.ts';
import { desiredTopic, endedTopic, greetingTopic } from '../../shared/contract/topics.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { type ManualClock, manualClock } from '../../shared/runtime/manual-clock.ts';
import { Downlink } from './downlink.ts';

let clock: ManualClock;
let owed: Record<string, EndedInCloud[]>;
let listener: ((gateway: string) => void) | null;
let downlink: Downlink;

beforeEach(() => {
  clock = manualClock();
  [owed, listener] = [{}, null];
  downlink = new Downlink({
    clock,
    log: silentLog,
    endings: {
      of: (gateway) => owed[gateway] ?? [],
      onOwed(each) {
        listener = each;
        return () => {
          listener = null;
        };
      },
    },
  });
});

function newClient() {
  const sent: { topic: string; payload: Buffer }[] = [];
  const client = { publish: (packet: { topic: string; payload: Buffer }) => void sent.push(packet) };
  const ended = () => sent.filter(({ topic }) => topic !== greetingTopic('north'));
  return { client: client as unknown as Client, sent, said: () => ended().map((each) => ids(each.payload)) };
}

const ids = (payload: Buffer) => parseEnded(payload).map(({ alertId }) => alertId);
const topics = [greetingTopic('north'), endedTopic('north')];
const closed = { by: '', reason: 'seen', severity: 'warning' } as const;

it('says to a gateway that subscribes what is owed to it, and what is owed later, several in one message', async () => {
  owed = { north: [{ alertId: 'p-1', closed }], south: [{ alertId: 'p-2', closed }] };
  const { client, sent, said } = newClient();
  downlink.subscribed('north', client, topics);
  expect(readGreeting(sent[0]!.payload)).toMatchObject({ hearsGoodbye: true });
  expect(said()).toEqual([['p-1']]);
  owed = { north: [] };
  for (const alertId of ['p-3', 'p-4']) {
    owed.north!.push({ alertId, closed });
    listener?.('north');
    listener?.('south');
  }
  await clock.advance(100);
  expect(said()).toEqual([['p-1'], ['p-3', 'p-4']]);
});

it('asks a gateway that hears what is wanted of it which alerts are open', () => {
  const fleet = { onChange: () => () => undefined, answer: () => Promise.reject(new Error('not asked')) };
  const asking = new Downlink({ clock, log: silentLog, fleet });
  const [north, south] = [newClient(), newClient()];
  asking.subscribed('north', north.client, [desiredTopic('north')]);
  asking.subscribed('south', south.client, [desiredTopic('south')]);
  asking.askOpen('north');
  expect(north.sent.map(({ payload }) => parseCloudSays(payload)?.retell)).toEqual([[openAlertsKey]]);
  expect(south.sent).toEqual([]);
  asking.stop();
});

it('says what is wanted once it can be read again, and a failure to read it ends nothing', async () => {
  let fails = true;
  const said: string[] = [];
  const fleet = {
    onChange: () => () => undefined,
    answer: async () => {
      if (fails) throw new Error('the database is gone');
      return { timeMs: 0, documents: [], want: [], retell: [openAlertsKey] };
    },
  };
  const log = Object.assign(Object.create(silentLog) as typeof silentLog, {
    warn: ({ problem }: { problem: string }) => void said.push(problem),
  });
  const asked = new Downlink({ clock, log, fleet });
  const { client, sent } = newClient();
  asked.subscribed('north', client, [desiredTopic('north')]);
  const says = encodeGatewaySays({ have: [], documents: [] });
  asked.heard('north', client, says);
  await expect.poll(() => said).toEqual(['the database is gone']);
  await new Promise(setImmediate);
  fails = false;
  asked.heard('north', client, says);
  await expect.poll(() => sent.length).toBe(1);
  asked.stop();
});

it('says nothing of it to a gateway that has not subscribed, nor after its connection or this is gone', async () => {
  owed = { north: [{ alertId: 'p-1', closed }] };
  const [earlier, gone] = [newClient(), newClient()];
  downlink.subscribed('north', earlier.client, [greetingTopic('north')]);
  downlink.subscribed('north', gone.client, topics);
  downlink.disconnected(gone.client);
  listener?.('north');
  await clock.advance(100);
  expect([earlier.said(), gone.said()]).toEqual([[], [['p-1']]]);
  listener?.('north');
  downlink.stop();
  await clock.advance(100);
  expect([listener, gone.said().length]).toEqual([null, 1]);
});
