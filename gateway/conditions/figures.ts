import { figuresLimits, type GatewayFigures } from '../../shared/contract/fleet/figures.ts';
import { ownVersion } from '../../shared/files/paths.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { GatewayFacts } from './facts.ts';

export interface FiguresDeps {
  clock: Pick<Clock, 'nowMs'>;
  facts(): GatewayFacts | null;
  /** State of the data thread; null while it does not answer. */
  data(): { uplink: { aheadOfCloudMs: number | null } | null; deadLetters: { count: number } } | null;
  /** The models that are loaded. */
  models(): readonly { name: string; version: string }[];
}

/** Returns what tells the cloud how this gateway is: of the same facts from which its alerts about itself are found. */
export function createFigures({ clock, facts, data, models }: FiguresDeps): () => GatewayFigures {
  const version = ownVersion();
  const startedMs = Math.max(0, Math.round(clock.nowMs()));
  return () => {
    const known = facts();
    const status = data();
    const expiries = (known?.certificates ?? []).flatMap(({ usedMs }) => usedMs ?? []);
    const { disk = null, backlog = null } = known ?? {};
    return {
      version,
      startedMs,
      backlog: backlog && { blocks: backlog.blocks, share: backlog.share },
      disk: disk && {
        freeBytes: Math.round(disk.freeBytes),
        freeShare: Math.min(1, disk.freeBytes / Math.max(1, disk.sizeBytes)),
      },
      aheadOfCloudMs: status?.uplink?.aheadOfCloudMs ?? null,
      deadLetters: status?.deadLetters.count ?? null,
      refusedBatches: known?.refusedBatches ?? null,
      certificateExpiresMs: expiries.length > 0 ? Math.max(0, Math.min(...expiries)) : null,
      models: models()
        .slice(0, figuresLimits.modelsMax)
        .map(({ name, version }) => `${name}@${version}`.slice(0, figuresLimits.modelLengthMax)),
    };
  };
}
