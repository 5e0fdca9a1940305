import type { TrainingEnded } from '../../../shared/contract/models/training-ended.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { ModelRegistry } from '../../ports/models/models.ts';
import type { TrainingAdmin, TrainingProposals } from '../../ports/models/training.ts';

/** A registry without models. */
export function createMemoryModels(): ModelRegistry {
  return {
    list: () => [],
    details: async () => null,
    bundle: async () => null,
    push: () => Promise.reject(new Error('not here')),
    remove: async () => false,
  };
}

/** Trainings of pumps, of which one has ended; and a reason for another one. */
export function createMemoryTraining(): { training: TrainingAdmin; proposals: TrainingProposals } {
  const last: TrainingEnded[] = [
    {
      ...{ machineType: 'pump', by: 'schedule', why: 'by schedule', beganAt: '2026-11-29T03:00:00.000Z' },
      ...{ isNotWorse: false, isPushed: false, isShadow: false, reasons: [], problem: 'too few lives' },
    },
  ];
  const reason = 'The sensors of pump are not those that pump-rul@2.0.0 was trained on (added: torque).';
  return {
    training: {
      state: () => ({ isAvailable: true, machineTypes: ['pump'], running: null, last }),
      begin(machineType) {
        if (machineType !== 'pump') throw new HarbingerError('TYPE_UNKNOWN', 'models', 'there is none');
      },
    },
    proposals: {
      list: () => [
        { ...{ machineType: 'pump', model: 'pump-rul@2.0.0', cause: 'contract' }, reason, canGoOn: true },
      ],
    },
  };
}
