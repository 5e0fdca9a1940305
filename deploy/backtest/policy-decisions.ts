import { join } from 'node:path';
import { decisions } from '../../gateway/decisions/decisions.ts';
import type { AlertInput, Assessor, Decision } from '../../gateway/ports/decision.ts';
import type { DecisionDeps } from '../../gateway/ports/decisions/decision-part.ts';
import type { Outbox } from '../../gateway/ports/uplink.ts';
import type { Warning } from '../../models/backtest/figures.ts';
import type { WatchedRun } from '../../models/backtest/fleet.ts';
import { isEventOf } from '../../shared/contract/events.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { createPart, partOfKind } from '../../shared/parts/registry.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import type { ManualClock } from '../../shared/runtime/manual-clock.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import type { WarningPolicy } from './policies.ts';

/** The warnings that a policy opened. */
export interface PolicyWarnings {
  name: string;
  meaning: string;
  warnings: Warning[];
}

interface PolicyRun {
  policy: WarningPolicy;
  /** The machine type with the policy's alerts. */
  type: MachineType;
  decision: Decision;
  warnings: Warning[];
}

const readConfig = compileValidator(partOfKind(decisions, 'alerts').config);

const silent: Assessor = {
  name: 'nobody',
  version: '1.0.0',
  assess: (inputs) => Promise.resolve(inputs.map(() => null)),
};

/**
 * Puts the policy's assessors into the alert decision's slots for the model, the self-learned and the rules
 * assessor.
 */
function assessorsOf({ order }: WarningPolicy) {
  const [first = silent, ...others] = order;
  const last = others.pop() ?? silent;
  const [between] = others;
  return {
    modelAssessor: first,
    ...(between && { selfLearnedAssessor: between }),
    rulesAssessor: last,
  };
}

/** One alert decision per policy, all evaluated on the same windows. */
export class PolicyDecisions {
  private runs: PolicyRun[] = [];
  private readonly stepMs: number;
  /** Time of each machine's first row. */
  private readonly beganMs = new Map<string, number>();
  private deciding: Promise<unknown> = Promise.resolve();
  private readonly clock: ManualClock;

  private constructor(type: MachineType, clock: ManualClock) {
    this.stepMs = type.stepMs;
    this.clock = clock;
  }

  /** @param folder for the decisions' files */
  static async create(
    policies: readonly WarningPolicy[],
    type: MachineType,
    folder: string,
    clock: ManualClock,
  ): Promise<PolicyDecisions> {
    const created = new PolicyDecisions(type, clock);
    const runs = policies.map((policy, i) => created.createRun(policy, type, join(folder, `policy-${i}`)));
    created.runs = await Promise.all(runs);
    return created;
  }

  async start(): Promise<void> {
    for (const { decision } of this.runs) await decision.start();
  }

  async stop(): Promise<void> {
    for (const { decision } of this.runs) await decision.stop();
  }

  enter(runs: readonly WatchedRun[], nowMs: number): void {
    for (const { machine } of runs) this.beganMs.set(machine, nowMs);
  }

  decide(inputs: readonly AlertInput[]): Promise<unknown> {
    this.deciding = Promise.all(
      this.runs.map(({ decision, type }) =>
        decision.evaluate?.(inputs.map((input) => ({ ...input, machine: { ...input.machine, type } }))),
      ),
    );
    return this.deciding;
  }

  /** Resolves when all requested decisions have been made. */
  async decided(): Promise<void> {
    await this.deciding;
  }

  /** Reports to every policy's decision that these machines failed. */
  async ended(runs: readonly WatchedRun[]): Promise<void> {
    for (const { machine } of runs) {
      for (const { decision, type } of this.runs) {
        const about = { site: 'fleet', machine, machineType: type.name };
        await decision.lifecycle?.({ state: 'failed', about, atMs: this.clock.nowMs() });
      }
    }
  }

  warnings(): PolicyWarnings[] {
    return this.runs.map(({ policy: { name, meaning }, warnings }) => ({ name, meaning, warnings }));
  }

  private async createRun(
    policy: WarningPolicy,
    machineType: MachineType,
    dataDir: string,
  ): Promise<PolicyRun> {
    const limits = policy.withLimits ? {} : { limitAlerts: false };
    const type = { ...machineType, alerts: policy.alerts, ...limits };
    const warnings: Warning[] = [];
    const outbox: Outbox = {
      estimates: () => {},
      event: async (event) => {
        if (!isEventOf(event, 'io.harbinger.prediction.opened.v1')) return;
        const { machine, failureMode } = event.data;
        const sinceMs = Date.parse(event.time) - this.beganMs.get(machine)!;
        warnings.push({ machine, failureMode, openedRow: Math.round(sinceMs / this.stepMs) });
      },
    };
    const config = readConfig({ sampleMs: 0 }, (problem) => new Error(problem));
    const decision = await createPart<DecisionDeps, Decision>(
      decisions,
      { kind: 'alerts', config },
      {
        gateway: 'backtest',
        ...assessorsOf(policy),
        outbox,
        dataDir,
        clock: this.clock,
        log: silentLog,
      },
    );
    return { policy, type, decision, warnings };
  }
}
