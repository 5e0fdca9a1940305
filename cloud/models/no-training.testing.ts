import type { CloudJobDeps } from '../ports/job.ts';

/** The parts of a job's dependencies that are about training, in a process that cannot train. */
export const noTraining: Pick<CloudJobDeps, 'training' | 'emit' | 'offerTraining'> = {
  training: {
    trainer: null,
    api: () => null,
    machineTypes: new Map(),
    machineTypesDir: null,
    removeWorse: async () => [],
    stopping: new AbortController().signal,
  },
  emit: async () => {},
  offerTraining: () => {},
};
