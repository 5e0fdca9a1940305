import type { Condition } from '../../shared/conditions/conditions.ts';
import { countText } from '../../shared/words/amounts.ts';
import type { GatewayFacts } from './facts.ts';

/** Single ones are the business of who looks at them; so many within an hour mean that a sensor is not understood. */
const arrivedMax = 50;
const arrivedEnds = 25;

export const deadLettersArrive: Condition<Pick<GatewayFacts, 'deadLetters'>> = {
  name: 'dead-letters',
  meaning: 'Many messages of sensors could not be used within an hour, and became dead letters.',
  openAfterMs: 0,
  closeAfterMs: 300_000,
  check({ deadLetters }, _nowMs, open) {
    if (!deadLetters) return 'unknown';
    const { arrivedWithinHour, byCode } = deadLetters;
    if (arrivedWithinHour < (open.length > 0 ? arrivedEnds : arrivedMax)) return [];
    const codes = Object.entries(byCode).sort(([, a], [, b]) => b - a);
    const most = codes.slice(0, 3).map(([code, count]) => `${code} (${count})`);
    return [
      {
        severity: 'warning',
        reasons: [
          `${countText(arrivedWithinHour, 'message')} of sensors could not be used within the last hour; of those kept, most are ${most.join(', ') || 'dropped'}.`,
          ...(codes[0]?.[0] === 'MACHINE_UNKNOWN'
            ? [
                'Machines send that no rule names: harbinger machines waiting shows which, and harbinger machines accept takes them in.',
              ]
            : [
                'See which and why: harbinger deadletters list. Correct the sensor or its route, then: harbinger deadletters redrive.',
              ]),
        ],
      },
    ];
  },
  ended: () => 'Few messages become dead letters now.',
};
