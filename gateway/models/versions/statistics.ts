import { Type } from '@sinclair/typebox';
import { ModelsCompared } from '../../../shared/contract/models/compared.ts';
import { refText } from '../../../shared/contract/models/model-ref.ts';
import { reportOf } from '../../../shared/parts/statistics.ts';
import type { DownloadStats } from '../download/install.ts';
import type { Slots } from './slots.ts';
import type { Standing } from './standing.ts';
import type { Trials } from './trials/trials.ts';

const Running = Type.Object({
  machineType: Type.String(),
  model: Type.String({ description: 'name@version' }),
  isShadow: Type.Boolean({ description: 'it runs beside, and nothing follows from it' }),
  state: Type.String({ description: 'ready, preparing or refused' }),
  problem: Type.Union([Type.String(), Type.Null()]),
});
const Judging = Type.Object({
  machineType: Type.String(),
  model: Type.String(),
  sinceMs: Type.Number(),
});

const Count = Type.Integer({ minimum: 0 });
const Downloads = Type.Object(
  {
    bytes: Count,
    pieces: Count,
    asked: Type.Integer({ minimum: 0, description: 'pieces that were asked for, repetitions included' }),
    installed: Type.Integer({ minimum: 0, description: 'versions that were put in place' }),
    failed: Type.Integer({ minimum: 0, description: 'times that a version was wanted and not put in place' }),
    waiting: Type.Integer({ minimum: 0, description: 'versions that are being fetched or wait for that' }),
    refused: Type.Array(Type.Object({ ref: Type.String(), code: Type.String(), problem: Type.String() }), {
      description: 'versions of the cloud that must not run, and why',
    }),
  },
  { description: 'models from the cloud; counts are of this run' },
);

export interface ModelsStats {
  running: readonly {
    machineType: string;
    model: string;
    isShadow: boolean;
    state: string;
    problem: string | null;
  }[];
  judging: readonly { machineType: string; model: string; sinceMs: number }[];
  trials: readonly ModelsCompared[];
  /** Null: nothing is fetched. */
  downloads: DownloadStats | null;
}

export const modelsReport = reportOf<{ models: ModelsStats }>()({
  name: 'Versions of models',
  statistics: {
    harbinger_models_running: {
      type: 'gauge',
      help: 'Versions of models that run beside the installed ones, by what they do (`judges` or `shadow`) and how they stand: `ready`, `preparing` or `refused`',
      labels: ['role', 'state'],
    },
    harbinger_models_shadow_readings_total: {
      type: 'counter',
      help: 'Readings that were judged by two versions of a model, in trials that go on',
    },
    harbinger_models_shadow_dropped_total: {
      type: 'counter',
      help: 'Readings that a version which runs beside was not asked about, because it was too slow, in trials that go on',
    },
    harbinger_models_download_bytes_total: {
      type: 'counter',
      help: 'Bytes of models that have come from the cloud',
    },
    harbinger_models_download_pieces_total: {
      type: 'counter',
      help: 'Pieces of models, by whether they were `asked` for, repetitions included, or have come (`taken`)',
      labels: ['what'],
    },
    harbinger_models_downloads_total: {
      type: 'counter',
      help: 'Versions of models that were wanted from the cloud, by the outcome: `installed`, or `failed` for now or for ever',
      labels: ['outcome'],
    },
    harbinger_models_download_refused: {
      type: 'gauge',
      help: 'Versions of models from the cloud that must not run',
    },
  },
  status: {
    models: Type.Object(
      {
        running: Type.Array(Running, { description: 'versions beside the installed ones' }),
        judging: Type.Array(Judging, { description: 'versions that judge in place of the installed ones' }),
        trials: Type.Array(ModelsCompared),
        downloads: Type.Union([Downloads, Type.Null()]),
      },
      { description: 'versions of models, and trials of them' },
    ),
  },
  samples({ models: { running, trials, downloads } }) {
    const roles = ['judges', 'shadow'] as const;
    const states = ['ready', 'preparing', 'refused'];
    const sum = (of: (trial: ModelsCompared) => number) =>
      trials.reduce((total, trial) => total + of(trial), 0);
    return {
      harbinger_models_running: roles.flatMap((role) =>
        states.map((state) => ({
          value: running.filter((each) => each.state === state && each.isShadow === (role === 'shadow'))
            .length,
          labels: { role, state },
        })),
      ),
      harbinger_models_shadow_readings_total: sum(({ readings }) => readings),
      harbinger_models_shadow_dropped_total: sum(({ dropped }) => dropped),
      harbinger_models_download_bytes_total: downloads?.bytes ?? 0,
      harbinger_models_download_pieces_total: [
        { value: downloads?.asked ?? 0, labels: { what: 'asked' } },
        { value: downloads?.pieces ?? 0, labels: { what: 'taken' } },
      ],
      harbinger_models_downloads_total: [
        { value: downloads?.installed ?? 0, labels: { outcome: 'installed' } },
        { value: downloads?.failed ?? 0, labels: { outcome: 'failed' } },
      ],
      harbinger_models_download_refused: downloads?.refused.length ?? 0,
    };
  },
});

/** How versions stand now. */
export function statsOf(slots: Slots, standing: Standing, trials: Trials): Omit<ModelsStats, 'downloads'> {
  return {
    running: slots.all().map((slot) => ({
      machineType: slot.machineType,
      model: refText(slot.model),
      isShadow: slot.isShadow,
      state: slot.waits?.state ?? 'ready',
      problem: slot.waits?.problem ?? slot.run?.problem() ?? null,
    })),
    judging: standing.types().flatMap((type) => {
      const active = standing.of(type);
      return active ? [{ machineType: type, model: active.model, sinceMs: active.sinceMs }] : [];
    }),
    trials: trials.trials().map(({ figures }) => figures),
  };
}
