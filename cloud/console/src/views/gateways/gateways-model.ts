/** How each gateway is: its connection, what is wrong with it, and whether it has what is wanted of it. */
import { alertSaid } from '../../../../../shared/contract/alert-content.ts';
import type { FiguresAt, Gateway, ShownDocument } from '../../api/plant-wire.ts';
import { age, duration, percent, size } from '../../format.ts';
import type { Alert, MachineStateName } from '../../wire.ts';
import { texts } from '../../words/words.ts';

/** A smaller difference is that of the way. */
const clockMsMin = 2_000;

export interface GatewayModel {
  name: string;
  /** The look of its badge, as of a machine. */
  state: MachineStateName;
  contact: string;
  seen: string;
  machines: string;
  /** Its own report, in one line; empty if it has made none. */
  figures: string;
  /** A sentence for when there are none of these. */
  quiet: string;
  /** Sentences about it: clock, disk, backlog, breaker, certificates and whatever else it or the cloud has found. */
  troubles: { id: string; text: string; severity: 'warning' | 'critical' }[];
  documents: { key: string; text: string; why: string; standing: string; isAsWanted: boolean }[];
}

export function gatewayModels(
  gateways: readonly Gateway[],
  documents: readonly ShownDocument[],
  alerts: readonly Alert[],
  nowMs: number,
): GatewayModel[] {
  return gateways
    .map((gateway) => modelOf(gateway, documents, alerts, nowMs))
    .sort((a, b) => Number(b.state !== 'ok') - Number(a.state !== 'ok') || a.name.localeCompare(b.name));
}

function modelOf(
  gateway: Gateway,
  documents: readonly ShownDocument[],
  alerts: readonly Alert[],
  nowMs: number,
): GatewayModel {
  const words = texts().plant;
  const troubles = alerts.flatMap((alert) => {
    const { about, reasons, severity, alertId } = alertSaid(alert);
    if (about?.kind !== 'gateway' || about.name !== gateway.gateway) return [];
    return [{ id: alertId, text: reasons.join(' '), severity }];
  });
  return {
    name: gateway.gateway,
    state: stateOf(gateway, troubles),
    contact: contactText(gateway, nowMs),
    seen: gateway.lastSeenMs === null ? '–' : age(nowMs - gateway.lastSeenMs),
    quiet: gateway.contact === 'heard' || gateway.contact === 'idle' ? words.noTrouble : words.notHeard,
    machines: words.machines(gateway.machines, gateway.openAlerts),
    figures: gateway.figures ? figuresText(gateway.figures, nowMs) : '',
    troubles,
    documents: documents.flatMap((asked) => {
      const found = asked.gateways.find((each) => each.gateway === gateway.gateway);
      if (!found || asked.isOver) return [];
      const standing = found.differs ?? (found.state === null ? words.nothingSaid : words.inForce);
      return [
        {
          key: `${asked.kind}/${asked.name}${asked.gateway ?? ''}`,
          text: asked.text,
          why: asked.why,
          standing,
          isAsWanted: found.differs === null && found.state !== null,
        },
      ];
    }),
  };
}

/** Only what is known, and of what should be none only what there is. */
function figuresText(figures: FiguresAt, nowMs: number): string {
  const words = texts().plant.figures;
  const { disk, backlog, aheadOfCloudMs, deadLetters, refusedBatches, certificateExpiresMs, models } =
    figures;
  const isOff = aheadOfCloudMs !== null && Math.abs(aheadOfCloudMs) >= clockMsMin;
  return [
    words.version(figures.version, age(Math.max(0, nowMs - figures.startedMs))),
    backlog &&
      (backlog.blocks === 0 ? words.nothingWaits : words.waits(backlog.blocks, percent(backlog.share))),
    disk && words.disk(size(disk.freeBytes), percent(disk.freeShare)),
    isOff && words.clock(duration(Math.abs(aheadOfCloudMs)), aheadOfCloudMs > 0),
    deadLetters !== null && deadLetters > 0 && words.deadLetters(deadLetters),
    refusedBatches !== null && refusedBatches > 0 && words.refused(refusedBatches),
    certificateExpiresMs !== null && words.certificate(duration(Math.max(0, certificateExpiresMs - nowMs))),
    ...models,
  ]
    .filter((text) => typeof text === 'string')
    .join(' · ');
}

function stateOf({ contact }: Gateway, troubles: readonly { severity: string }[]): MachineStateName {
  if (contact === 'silent') return 'silent';
  if (troubles.some(({ severity }) => severity === 'critical')) return 'critical';
  if (troubles.length > 0 || contact === 'idle') return 'warning';
  if (contact === 'stopped') return 'stopped';
  return contact === 'heard' ? 'ok' : 'unknown';
}

function contactText({ contact, isConnected, isConfigured, silentSinceMs }: Gateway, nowMs: number): string {
  const words = texts().plant;
  const said = isConnected && contact === 'heard' ? words.connected : words.contacts[contact];
  const since = silentSinceMs === null ? '' : words.forTime(duration(nowMs - silentSinceMs));
  return `${said}${since}${isConfigured ? '' : words.notConfigured}`;
}
