import { join } from 'node:path';
import { type AlertDecision, createAlertDecision } from '../../gateway/decisions/alert/alert-decision.ts';
import { AlertDecisionConfig } from '../../gateway/decisions/alert/config.ts';
import type { AlertInput, Assessor } from '../../gateway/ports/decision.ts';
import type { Outbox } from '../../gateway/ports/uplink.ts';
import type { Warning } from '../../models/backtest/figures.ts';
import type { WatchedRun } from '../../models/backtest/fleet.ts';
import { isEventOf } from '../../shared/contract/events.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
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
  decision: AlertDecision;
  warnings: Warning[];
}

const readConfig = compileValidator(AlertDecisionConfig);

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
  private readonly runs: PolicyRun[];
  private readonly stepMs: number;
  /** Time of each machine's first row. */
  private readonly beganMs = new Map<string, number>();
  private deciding: Promise<unknown> = Promise.resolve();
  private readonly clock: ManualClock;

  constructor(policies: readonly WarningPolicy[], type: MachineType, folder: string, clock: ManualClock) {
    this.stepMs = type.stepMs;
    this.clock = clock;
    this.runs = policies.map((policy, i) => this.createRun(policy, type, join(folder, `alerts-${i}.json`)));
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
        decision.evaluate(inputs.map((input) => ({ ...input, machine: { ...input.machine, type } }))),
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
        await decision.lifecycle({ state: 'failed', about, atMs: this.clock.nowMs() });
      }
    }
  }

  warnings(): PolicyWarnings[] {
    return this.runs.map(({ policy: { name, meaning }, warnings }) => ({ name, meaning, warnings }));
  }

  private createRun(policy: WarningPolicy, machineType: MachineType, stateFile: string): PolicyRun {
    const type = { ...machineType, alerts: policy.alerts };
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
    const decision = createAlertDecision({
      gateway: 'backtest',
      ...assessorsOf(policy),
      outbox,
      stateFile,
      config: readConfig({ sampleMs: 0 }, (problem) => new Error(problem)),
      clock: this.clock,
      log: silentLog,
    });
    return { policy, type, decision, warnings };
  }
}
