import { connect, type MqttClient } from 'mqtt';
import type { Draw } from '../../draw/draw.ts';
import { keptOf } from '../../observe/stored.ts';
import type { Site } from '../../site/site.ts';
import { eventually, type Fault, pause, seconds } from '../fault.ts';

/** Readings of one large message: storing them takes long enough that pauses strike meanwhile. */
const listLength = 300;
const listsMax = 100;
/** Readings that are sent one by one beside them: fewer than one answer of the store has. */
const singlesMax = 900;

/** Device that keeps its state: what was not acknowledged it sends again, with DUP, on later connections. */
function device(site: Site, clientId: string): MqttClient {
  const { mqttUrl } = site.gateway.process;
  const client = connect(mqttUrl, { clientId, clean: false, reconnectPeriod: 100, keepalive: 0 });
  client.on('error', () => {});
  return client;
}

/** Blanks that differ keep each message from being read by the layout of earlier ones. */
const single = (seq: number) => `{${' '.repeat(seq % 50)}"seq":${seq},"kept":${seq}}`;

const list = (first: number) =>
  `[${Array.from({ length: listLength }, (_, i) => `{"seq":${first + i},"value":${i}}`).join()}]`;

/**
 * The gateway stands still for longer than `decodeMsMax`, again and again, while it has large messages in hand; in half of
 * the plans it is also killed while it stands still, and stands still again after the start. No message may be taken for
 * one without end, and the gateway does not end by itself, which every round checks.
 */
const pausedWhileStoring: Fault = {
  kind: 'gateway-paused-while-storing',
  target: 'gateway',
  plan(draw: Draw) {
    const pauses = Array.from({ length: draw.int(2, 5) }, () => ({
      afterMs: draw.int(50, 600),
      forMs: draw.int(1_100, 2_500),
    }));
    const killedAt = draw.chance(0.5) ? draw.int(0, pauses.length - 2) : -1;
    const machine = `paused${draw.int(0, 2 ** 40)}`;
    const texts = pauses.map(({ forMs }, i) => seconds(forMs) + (i === killedAt ? ' and kill -9' : ''));
    return {
      text: `SIGSTOP gateway for ${texts.join(', ')}, while it stores large messages`,
      async run({ site, allow, sends, expect }) {
        sends(listsMax * listLength + singlesMax);
        if (killedAt >= 0) allow('torn-tail');
        const clients = [device(site, `${machine}-lists`), device(site, machine)];
        const acked: number[] = [];
        const mark = site.gateway.lastLog;
        let isOver = false;
        const sendLists = async (client: MqttClient) => {
          for (let sent = 0; sent < listsMax && !isOver; sent++)
            await client.publishAsync(`telemetry/chaos/${machine}-lists`, list(sent * listLength), {
              qos: 1,
            });
        };
        const sendSingles = async (client: MqttClient) => {
          for (let seq = 1; seq <= singlesMax && !isOver; seq++) {
            await client.publishAsync(`telemetry/chaos/${machine}`, single(seq), { qos: 1 });
            acked.push(seq);
            await pause(5);
          }
        };
        const sending = Promise.all([sendLists(clients[0]!), sendSingles(clients[1]!)]);
        sending.catch(() => {});
        try {
          for (const [i, { afterMs, forMs }] of pauses.entries()) {
            await pause(afterMs);
            site.gateway.freeze();
            await pause(forMs);
            if (i === killedAt) {
              await site.gateway.kill9();
              await site.gateway.start();
            } else site.gateway.thaw();
          }
          isOver = true;
          await sending;
        } finally {
          isOver = true;
          for (const client of clients) client.end(true);
        }
        expect(`${machine}: what was acknowledged is stored once`, () =>
          eventually(async () => {
            const stored = await keptOf(site, machine);
            const missing = acked.filter((seq) => !stored.includes(seq));
            if (missing.length > 0) return `readings ${missing.join()} are missing`;
            return new Set(stored).size === stored.length ? null : `twice among ${stored.join()}`;
          }),
        );
        expect('gateway: takes no message for one without end', () => {
          const found = site.gateway.logsSince(mark).find(
            ({ text }) =>
              /DATA_THREAD_STUCK|DECODE_STUCK/.test(text) &&
              !text.includes('chaos/stuck') &&
              // Which codes the dead letters have that are kept from earlier rounds.
              !text.includes('"condition":"dead-letters"'),
          );
          return found ? found.text.slice(0, 300) : null;
        });
      },
    };
  },
};

export const pauseFaults: Fault[] = [pausedWhileStoring];
