import { startHttpReceiver } from './http-receiver.ts';
import type { NotifierHarness } from './suite.ts';

const secret = 'sixteen or more characters';

export const webhookHarness: NotifierHarness = {
  kind: 'webhook',
  secrets: [secret],
  async start() {
    const { url, messages, ...receiver } = await startHttpReceiver();
    return {
      ...receiver,
      config: { name: 'maintenance', url: `${url}/hook`, secret },
      received: () =>
        messages.map(({ headers, body }) => ({
          key: String(headers['idempotency-key']),
          content: body.toString(),
        })),
    };
  },
};
