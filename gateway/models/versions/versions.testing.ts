/** A bench for versions of models: a library and runs that do what the test says, documents as a cloud sends them, and a manual clock. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Assessment } from '../../../shared/contract/events.ts';
import { type DesiredDocument, keyOf } from '../../../shared/contract/fleet/documents.ts';
import type { ModelsBody } from '../../../shared/contract/fleet/models.ts';
import { parsedRef, refText } from '../../../shared/contract/models/model-ref.ts';
import { builtInTypesDir, loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import type { AlertInput, Assessor } from '../../ports/decision.ts';
import type { RolloutStop } from '../../ports/fleet/fleet.ts';
import { modelsFile } from './state-file.ts';
import { Versions } from './versions.ts';

const pump = loadMachineTypes([builtInTypesDir]).get('pump')!;

/** Behaviour of a version: it says a remaining life, or fails in a way. */
export type Behaviour =
  | number
  | ((input: AlertInput) => number)
  | 'refused'
  | 'later'
  | 'crashes'
  | 'hangs'
  | 'nan'
  | 'nothing';

export const answerMsMax = 400;

export function assessmentOf(model: string, life: number): Assessment {
  return {
    source: 'model',
    model: parsedRef(model),
    remainingLife: { p10: life * 0.8, p50: life, p90: life * 1.2, unit: pump.lifeUnit },
    health: Math.min(1, life / 200),
    anomaly: 0,
    confidence: 0.9,
    contributions: [],
  };
}

export function inputOf(machine: string, timeMs = 0): AlertInput {
  const window = new Float32Array(pump.windowRows * pump.sensors.length);
  return { machine: { site: 'plant', machine, type: pump }, timeMs, window, rows: pump.windowRows };
}

function assessorOf(model: string, behaviour: () => Behaviour, name = 'remaining-life-model'): Assessor {
  return {
    name,
    version: model,
    async assess(inputs) {
      const now = behaviour();
      if (now === 'crashes') throw new HarbingerError('MODEL_CRASHED', 'intelligence', 'the worker is gone');
      if (now === 'hangs') return new Promise(() => {});
      if (now === 'nothing') return inputs.map(() => null);
      const lifeOf = (input: AlertInput) =>
        typeof now === 'function' ? now(input) : typeof now === 'number' ? now : Number.NaN;
      return inputs.map((input) => assessmentOf(model, lifeOf(input)));
    },
  };
}

export function versionsBench() {
  const dir = mkdtempSync(join(tmpdir(), 'harbinger-versions-'));
  const clock = manualClock();
  const behaviours = new Map<string, Behaviour>([['pump-rul@2.0.0', 200]]);
  const behaviour = (model: string) => behaviours.get(model) ?? 'refused';
  const running = new Set<string>();
  let documents: DesiredDocument[] = [];
  let version = 0;

  const fetched = new Set<string>();
  const state = { installed: 'pump-rul@2.0.0' as string | null, startsSlow: false };

  const make = () => {
    const model = state.installed ?? 'none';
    const installed = (name?: string) => assessorOf(model, () => behaviour(model), name);
    const versions = new Versions({
      installed: installed(),
      installedBeside: installed('beside'),
      installedOf: (type) =>
        type === 'pump' && state.installed !== null ? parsedRef(state.installed) : null,
      types: new Map([['pump', pump]]),
      library: {
        installed: () =>
          [...fetched].map((text) => ({
            ...parsedRef(text)!,
            ...{ machineType: 'pump', digest: '', folder: text, trustedBy: 'test' },
          })),
        refused: () => [],
        keep: () => undefined,
        async want(ref) {
          const is = behaviour(refText(ref));
          if (is === 'refused')
            throw new HarbingerError('MODEL_REFUSED_HASH', 'intelligence', `${refText(ref)} is damaged`);
          if (is === 'later')
            throw new HarbingerError('MODEL_UNKNOWN', 'intelligence', 'it is not here yet', { retry: true });
          fetched.add(refText(ref));
          return { ...ref, machineType: 'pump', digest: '', folder: refText(ref), trustedBy: 'test' };
        },
      },
      async run({ folder }, { isShadow }) {
        if (state.startsSlow) throw new HarbingerError('MODEL_SLOW', 'intelligence', 'it is slow');
        const name = `${folder}${isShadow ? ' beside' : ''}`;
        running.add(name);
        return {
          assessor: assessorOf(folder, () => behaviour(folder)),
          beside: assessorOf(folder, () => behaviour(folder), 'beside'),
          problem: () => null,
          stop: async () => void running.delete(name),
        };
      },
      file: modelsFile(join(dir, 'models.json'), silentLog),
      answerMsMax,
      clock,
      log: silentLog,
    });
    versions.load();
    versions.onReady(() => follow());
    return versions;
  };
  let versions = make();

  /** As the fleet does it. */
  function follow(): void {
    versions.prepare(documents);
    versions.apply(documents.filter((document) => versions.waits(document) === null));
  }
  const settle = async () => {
    for (let i = 0; i < 5; i++) await clock.advance(0);
  };
  const assessed = async (inputs: readonly AlertInput[]) => {
    const asking = versions.assessor.assess(inputs, new AbortController().signal);
    await clock.advance(answerMsMax + 1);
    return asking;
  };
  return {
    clock,
    behaviours,
    /** Settings of the test: the version that is installed, from the next start on, and whether versions start slowly. */
    state,
    running,
    /** Versions that were fetched. */
    fetched,
    follow,
    get versions() {
      return versions;
    },
    settle,
    async begin() {
      versions.begin();
      await settle();
    },
    /** Wants something, as a person does; what was wanted in this role is replaced. */
    async want(body: Omit<ModelsBody, 'machineType'>): Promise<DesiredDocument> {
      const document: DesiredDocument = {
        ...{
          kind: 'models',
          name: `${body.role}:pump`,
          version: ++version,
          body: { ...body, machineType: 'pump' },
        },
        ...{ who: 'maria', why: 'trial', askedMs: 0, seal: '' },
      };
      documents = [...documents.filter((each) => keyOf(each) !== keyOf(document)), document];
      follow();
      await settle();
      return document;
    },
    async remove(role: string): Promise<void> {
      documents = documents.filter(({ name }) => name !== `${role}:pump`);
      follow();
      await settle();
    },
    /** Which version says something of each machine now. */
    async judges(...machines: string[]): Promise<string[]> {
      const answers = await assessed(machines.map((machine) => inputOf(machine)));
      return answers.map((answer) => (answer?.model ? refText(answer.model) : 'nobody'));
    },
    assessed,
    async restart(stops: readonly RolloutStop[] = []): Promise<void> {
      await versions.stop();
      versions = make();
      versions.halt(stops);
      follow();
      versions.begin();
      await settle();
    },
    async dispose(): Promise<void> {
      await versions.stop();
      rmSync(dir, { recursive: true });
    },
  };
}
