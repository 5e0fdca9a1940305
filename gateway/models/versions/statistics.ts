import { Type } from '@sinclair/typebox';
import { ModelsCompared } from '../../../shared/contract/models/compared.ts';
import { reportOf } from '../../../shared/parts/statistics.ts';

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
  },
  status: {
    models: Type.Object(
      {
        running: Type.Array(Running, { description: 'versions beside the installed ones' }),
        judging: Type.Array(Judging, { description: 'versions that judge in place of the installed ones' }),
        trials: Type.Array(ModelsCompared),
      },
      { description: 'versions of models, and trials of them' },
    ),
  },
  samples({ models: { running, trials } }) {
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
    };
  },
});
