import { startHttpReceiver } from './http-receiver.ts';
import type { NotifierHarness } from './suite.ts';

/** A harness of a notifier that posts JSON; `configAt` is its table for a receiver at an address. */
export function postedHarness(
  kind: string,
  secrets: readonly string[],
  configAt: (url: string) => { name: string } & Record<string, unknown>,
): NotifierHarness {
  return {
    kind,
    secrets,
    async start() {
      const { url, messages, ...receiver } = await startHttpReceiver();
      return {
        ...receiver,
        config: configAt(url),
        received: () =>
          messages.map(({ headers, body }) => ({
            key: String(headers['idempotency-key']),
            content: body.toString(),
          })),
      };
    },
  };
}

const secret = 'a-secret-of-many-letters';

export const chatHarnesses: readonly NotifierHarness[] = [
  postedHarness('slack', [secret], (url) => ({ name: 'channel', url: `${url}/services/${secret}` })),
  postedHarness('teams', [secret], (url) => ({ name: 'team', url: `${url}/workflows?sig=${secret}` })),
  postedHarness('pagerduty', [secret], (url) => ({ name: 'on-call', url, routingKey: secret })),
  postedHarness('alertmanager', [secret], (url) => ({ name: 'manager', url, token: secret })),
];
