import { expect } from 'vitest';
import {
  createMemoryAdmin,
  createMemoryOperations,
  createMemoryStore,
} from '../../../cloud/api/memory-ports.testing.ts';
import { noTraining } from '../../../cloud/models/no-training.testing.ts';
import type { CloudJobDeps } from '../../../cloud/ports/job.ts';
import type { HarbingerEvent } from '../../../shared/contract/events.ts';
import { systemRandom } from '../../../shared/runtime/random.ts';
import type { JobHarness } from './suite.ts';

/** A trainer that has a candidate at once, and the events and audit of the cloud. */
export const cloudRetrainingHarness: JobHarness<CloudJobDeps> = {
  kind: 'retraining',
  settings: { machineTypes: ['pump'] },
  async start(clock, folder) {
    const { machines, alerts, events, decisions } = createMemoryOperations().ports;
    const { quarantine, notifications, audit } = createMemoryAdmin();
    const told: HarbingerEvent[] = [];
    const candidate = { model: 'pump-rul@2.1.0', against: 'pump-rul@2.0.0', reasons: ['its error is 9'] };
    return {
      deps: {
        clock,
        random: systemRandom,
        dataDir: folder,
        store: createMemoryStore({}),
        ...{ machines, alerts, events, decisions, quarantine, notifications, audit },
        records: { clockWaitsMs: 0, deleteOld: async () => [] },
        offerRetention: () => undefined,
        ...noTraining,
        training: {
          ...noTraining.training,
          api: () => ({ url: 'http://127.0.0.1:8080', token: null }),
          trainer: {
            train: async () => ({ ...candidate, isNotWorse: true, isPushed: true, isShadow: true }),
          },
        },
        emit: async (event) => void told.push(event),
      },
      async expectDone() {
        expect(told.at(-1)).toMatchObject({
          type: 'io.harbinger.training.ended.v1',
          source: '/cloud',
          data: { machineType: 'pump', by: 'schedule', isNotWorse: true, ...candidate },
        });
        const [latest] = audit.page({ limit: 1 }).items;
        expect(latest).toMatchObject({ action: 'models.retrained', by: 'job', subject: 'pump: by schedule' });
      },
      stop: async () => {},
    };
  },
};
