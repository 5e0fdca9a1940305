import type { Condition } from '../../shared/conditions/conditions.ts';
import { dateTimeText } from '../../shared/words/times.ts';
import type { GatewayFacts } from './facts.ts';

/** A broker whose messages are taken, told for each of them: the machines behind it are not heard. */
export const brokerUnreachable: Condition<Pick<GatewayFacts, 'peers'>> = {
  name: 'broker-unreachable',
  meaning: 'Another MQTT broker, whose messages are taken, has not been reached for five minutes.',
  openAfterMs: 300_000,
  closeAfterMs: 60_000,
  check: ({ peers }) =>
    peers.flatMap(({ name, address, isConnected, lostSinceMs, problem }) =>
      isConnected || lostSinceMs === null
        ? []
        : [
            {
              item: name,
              severity: 'warning' as const,
              sinceMs: lostSinceMs,
              reasons: [
                `The broker ${name} at ${address} has not been reached since ${dateTimeText(lostSinceMs)}: ${problem || 'no connection'}.`,
                'Nothing is heard of the machines behind it. At QoS 1 and 2 the broker keeps their messages as long as it can.',
                'Look at the network between this gateway and the broker, and whether it runs.',
              ],
            },
          ],
    ),
  ended: ({ item = '' }, { peers }) =>
    peers.some(({ name }) => name === item)
      ? `The broker ${item} is reached again.`
      : `The broker ${item} is not configured any more.`,
};
