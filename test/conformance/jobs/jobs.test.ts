import { describe, expect, it } from 'vitest';
import { jobs as cloudJobs } from '../../../cloud/jobs/jobs.ts';
import { checkCloudConfig } from '../../../cloud/main.ts';
import type { CloudJobDeps } from '../../../cloud/ports/job.ts';
import type { StoreRetention } from '../../../cloud/ports/retention/store-retention.ts';
import { checkGateway } from '../../../gateway/check-config.ts';
import { jobs as gatewayJobs } from '../../../gateway/jobs/jobs.ts';
import type { GatewayJobDeps } from '../../../gateway/ports/job.ts';
import { cloudRetentionHarness } from './cloud-retention.ts';
import { cloudRetrainingHarness } from './cloud-retraining.ts';
import { retentionHarness } from './retention.ts';
import { statisticsHarness } from './statistics.ts';
import { describeJob, type JobHarness, type JobSide } from './suite.ts';

const gateway: JobSide<GatewayJobDeps> = {
  parts: gatewayJobs,
  head: 'gateway = "g"',
  check: (file, dataDir) => checkGateway({ file, defaults: { dataDir } }, { files: true }),
  controlled(deps, { one, each }) {
    const { summary, openRecords, outbox, deadLetters, refused } = deps;
    return {
      ...deps,
      summary: one(summary),
      openRecords: one(openRecords),
      outbox: { ...outbox, event: one(outbox.event) },
      deadLetters: each(deadLetters),
      refused: each(refused),
    };
  },
};

const cloud: JobSide<CloudJobDeps> = {
  parts: cloudJobs,
  head: '',
  check: (file) => checkCloudConfig({ config: file }, { files: true }),
  controlled(deps, { one }) {
    const { retention } = deps.store;
    const controlled: StoreRetention | undefined = retention && {
      space: one(() => retention.space()),
      apply: one((rules, pass) => retention.apply(rules, pass)),
    };
    const { training } = deps;
    const { trainer } = training;
    return {
      ...deps,
      training: {
        ...training,
        trainer: trainer && { train: one((order, api, signal) => trainer.train(order, api, signal)) },
      },
      store: new Proxy(deps.store, {
        get: (store, name) => (name === 'retention' ? controlled : Reflect.get(store, name, store)),
      }),
    };
  },
};

const gatewayHarnesses: JobHarness<GatewayJobDeps>[] = [statisticsHarness, retentionHarness];
const cloudHarnesses: JobHarness<CloudJobDeps>[] = [cloudRetentionHarness, cloudRetrainingHarness];

it('every registered kind of job is tested', () => {
  const kinds = (of: readonly { kind: string }[]) => of.map(({ kind }) => kind).sort();
  const where = 'add a harness to test/conformance/jobs';
  expect(kinds(gatewayHarnesses), where).toEqual(kinds(gatewayJobs));
  expect(kinds(cloudHarnesses), where).toEqual(kinds(cloudJobs));
});

describe('of the gateway:', () => {
  for (const harness of gatewayHarnesses) describeJob(gateway, harness);
});

describe('of the cloud:', () => {
  for (const harness of cloudHarnesses) describeJob(cloud, harness);
});
