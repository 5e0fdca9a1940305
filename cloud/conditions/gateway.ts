import type { Condition, Finding } from '../../shared/conditions/conditions.ts';
import { countText } from '../../shared/words/amounts.ts';
import { dateTimeText } from '../../shared/words/times.ts';
import type { CloudFacts, WatchedGateway } from './facts.ts';

type Facts = Pick<CloudFacts, 'gateways' | 'gatewayNow'>;

/** Delays are those of the contacts, which know what is usual for each gateway. */
export const gatewaySilent: Condition<Facts> = {
  name: 'gateway-silent',
  meaning: 'A gateway is not connected for longer than it ever is; one alert, however many machines it has.',
  openAfterMs: 0,
  closeAfterMs: 0,
  check: ({ gateways }) => gateways.flatMap((gateway) => silence(gateway) ?? []),
  ended({ about }, { gatewayNow }) {
    const now = gatewayNow(about.name);
    if (!now) return `Gateway ${about.name} is not watched any more.`;
    return `Gateway ${about.name} is heard again${now.heardMs === null ? '' : ` since ${dateTimeText(now.heardMs)}`}.`;
  },
};

function silence({ gateway, state, silentSinceMs, machines }: WatchedGateway): Finding | null {
  if (silentSinceMs === null) return null;
  const since = dateTimeText(silentSinceMs);
  const behind = `${countText(machines, 'machine')} behind it`;
  const about = { kind: 'gateway', name: gateway } as const;
  if (state === 'stopped') {
    return {
      about,
      severity: 'warning',
      sinceMs: silentSinceMs,
      reasons: [
        `Gateway ${gateway} was stopped at ${since}; ${behind}.`,
        'Nobody watches these machines until it runs again. Start it, or retire it: harbinger gateways retire.',
      ],
    };
  }
  return {
    about,
    severity: machines > 0 ? 'critical' : 'warning',
    sinceMs: silentSinceMs,
    reasons: [
      `Gateway ${gateway} silent since ${since}; ${behind}.`,
      'Nothing is known of these machines since then; the gateway keeps their readings as long as it runs.',
      'Look whether its computer has power, whether its network reaches the cloud, and whether its service runs.',
    ],
  };
}

export const gatewayIdle: Condition<Facts> = {
  name: 'gateway-idle',
  meaning: 'A gateway is connected, but has sent nothing for longer than it ever does.',
  openAfterMs: 0,
  closeAfterMs: 0,
  check: ({ gateways }) =>
    gateways.flatMap(({ gateway, idleSinceMs, machines }): Finding[] =>
      idleSinceMs === null
        ? []
        : [
            {
              about: { kind: 'gateway', name: gateway },
              severity: 'warning',
              sinceMs: idleSinceMs,
              reasons: [
                `Gateway ${gateway} is connected, but has sent nothing since ${dateTimeText(idleSinceMs)}; ${countText(machines, 'machine')} behind it.`,
                'Look whether its sensors send, and what `harbinger status` on it says.',
              ],
            },
          ],
    ),
  ended({ about: { name } }, { gatewayNow }) {
    const state = gatewayNow(name)?.state;
    if (state === 'heard') return `Gateway ${name} sends again.`;
    return state === undefined
      ? `Gateway ${name} is not watched any more.`
      : `Gateway ${name} is not connected any more, which is told by itself.`;
  },
};
