import { startHttpReceiver } from './http-receiver.ts';
import type { NotifierHarness } from './suite.ts';

const token = 'tk_a_secret_token';

export const ntfyHarness: NotifierHarness = {
  kind: 'ntfy',
  secrets: [token],
  async start() {
    const { url, messages, ...receiver } = await startHttpReceiver();
    return {
      ...receiver,
      config: { name: 'phones', url, topic: 'plant-7', token },
      received: () =>
        messages.map(({ headers, body }) => ({
          key: String(headers['idempotency-key']),
          content: body.toString(),
        })),
    };
  },
};
