/** A site that trusts versions of the pump's model, which are signed with a key of the test. */
import type { Comparison } from '../../cloud/api/models/compare.ts';
import type { ShownDocument } from '../../cloud/ports/fleet/fleet.ts';
import type { ModelsCompared } from '../../shared/contract/models/compared.ts';
import { harbinger } from './cli.ts';
import { trustedKey } from './model-version.ts';
import { createSite, type Site, type SiteOptions, statusOf, until } from './site.ts';

/** Judged as often as readings come, each estimate is stored, and the speed of this computer decides nothing. */
const patient = {
  intelligence: { intervalMsMin: 0, requestMsMax: 60_000 },
  decisions: {
    alerts: { budgetMs: 30_000, estimateMsMin: 0 },
    promotion: { everyMs: 200, readingsMin: 1_000_000, guardMsMin: 0, failuresMin: 1_000_000 },
  },
};

type Table = Record<string, unknown>;

/** @param promotion settings of the decision; @param models settings of downloads */
export function createModelSite(
  { promotion, models, installed }: { promotion?: Table; models?: Table; installed?: string } = {},
  options: SiteOptions = {},
): Promise<Site> {
  const { decisions, intelligence } = patient;
  return createSite({
    ...options,
    models: true,
    gateway: {
      intelligence: { ...intelligence, ...(installed !== undefined && { artefactsDir: installed }) },
      decisions: { ...decisions, promotion: { ...decisions.promotion, ...promotion } },
      models: {
        downloadBytesPerS: 1_000_000_000,
        ...models,
        keys: [trustedKey],
      },
    },
  });
}

export async function modelIsReady({ gateway }: Site): Promise<void> {
  await until(async () => (await statusOf(gateway)).intelligence.model.state === 'ready', 'the model worker');
}

/** Commands about models, as a person gives them. @throws Error with the output of one that fails */
export function modelCommands(site: Site) {
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await harbinger('models', ...args, '--url', site.cloud.httpUrl);
    if (code !== 0) throw new Error(`harbinger models ${args.join(' ')}: exit code ${code}\n${stderr}`);
    return stdout;
  };
  interface Status {
    models: { judging: { model: string }[]; trials: ModelsCompared[] };
  }
  const atGateway = async () => (await site.gateway.json<Status>('/api/status')).models;
  return {
    run,
    /** Versions that judge in place of installed ones, as the gateway has it. */
    async judging(): Promise<string[]> {
      return (await atGateway()).judging.map(({ model }) => model);
    },
    /** Figures of what is tried, as the gateway has them now. */
    async trials(): Promise<ModelsCompared[]> {
      return (await atGateway()).trials;
    },
    async compared(): Promise<Comparison[]> {
      return (await site.cloud.json<{ trials: Comparison[] }>('/api/models/compared')).trials;
    },
    /** Asks for something, and says why. */
    ask: (what: string, ref: string, ...args: string[]) =>
      run(what, ref, ...args, '--why', 'a trial', '--by', 'maria'),
    /** Waits until the document of a role stands so at the gateway. */
    async stands(role: string, state: string): Promise<ShownDocument> {
      let last: ShownDocument | undefined;
      const standing = () => last?.gateways[0];
      await until(async () => {
        last = (
          await site.cloud.json<{ documents: ShownDocument[] }>('/api/fleet?kind=models')
        ).documents.find(({ body }) => body.role === role);
        return standing()?.state === state && standing()?.version === last?.version;
      }, `the ${role} version to be ${state}`);
      return last!;
    },
  };
}

/** Records of the decision `promotion`, the newest first. */
export async function promotions({ cloud }: Site) {
  interface Record {
    decision: string;
    decisionId: string;
    subject: string;
    mode: string;
    answer: { action: string };
    reasons: string[];
    override?: { by: string };
  }
  const { items } = await cloud.json<{ items: Record[] }>('/api/decisions?limit=500');
  return items.filter(({ decision }) => decision === 'promotion');
}
