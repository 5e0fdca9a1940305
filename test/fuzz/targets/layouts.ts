import { BothWays, type SentMessage, sites } from '../../conformance/layouts/both-ways.ts';
import { deviceMessages } from '../device-messages.ts';
import { below } from '../mutate.ts';
import type { Target } from '../target.ts';

const messagesMax = 40;
const lineFeed = 0x0a;

/**
 * Devices that change what they send, and send alike: each piece is a topic, a line feed and a payload. What is read by the
 * layouts of earlier messages must be what parsing gives.
 */
export async function layoutTarget(): Promise<Target> {
  return {
    kind: 'layouts',
    draw: (random) =>
      deviceMessages(random, sites, 2 + below(random, messagesMax)).map(({ topic, payload }) =>
        Buffer.concat([Buffer.from(`${topic}\n`), payload]),
      ),
    async take(input) {
      const ways = new BothWays();
      for (const piece of input) {
        const message = messageIn(piece);
        const { read, parsed } = await ways.take([message]);
        const [one, other] = [read, parsed].map((made) => JSON.stringify(made));
        if (one !== other)
          throw new Error(`${message.topic} ${message.payload}: by its layout ${one}, parsed ${other}`);
      }
    },
    close: async () => {},
  };
}

function messageIn(piece: Buffer): SentMessage {
  const end = piece.indexOf(lineFeed);
  return { topic: piece.toString('utf8', 0, Math.max(0, end)), payload: piece.subarray(end + 1) };
}
