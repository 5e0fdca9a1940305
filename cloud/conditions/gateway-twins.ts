import type { Condition } from '../../shared/conditions/conditions.ts';
import { countText } from '../../shared/words/amounts.ts';
import type { CloudFacts } from './facts.ts';

/** A cloud that has started again needs so long to find both of them. */
const againMs = 120_000;

/** Two computers with one disk image, or one configuration that was copied. */
export const gatewayTwins: Condition<Pick<CloudFacts, 'twins'>> = {
  name: 'gateway-twins',
  meaning: 'Two gateways are connected under one name.',
  openAfterMs: 0,
  closeAfterMs: againMs,
  check: ({ twins }) =>
    twins.map(({ gateway, sinceMs, addresses }) => ({
      about: { kind: 'gateway', name: gateway },
      severity: 'warning',
      sinceMs,
      reasons: [
        `${countText(Math.max(2, addresses.length), 'gateway')} call themselves ${gateway}; they are connected from ${addresses.join(' and ')}.`,
        'Nothing is lost, but what both measure is stored under one name, and of a machine that both hear people are told twice.',
        'Give one of them a name of its own (gateway = … in its configuration, and credentials for it here), or stop it.',
      ],
    })),
  ended: ({ about: { name } }) =>
    `One gateway alone is connected as ${name}. What only the other one had told ends, unless it is so still.`,
};
