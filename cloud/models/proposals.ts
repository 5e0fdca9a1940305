/** Reasons to train a model anew: its machine type has other sensors, or what it gets is not like what it was trained on. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ModelRef, parsedRef, refText } from '../../shared/contract/models/model-ref.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { packageRoot } from '../../shared/files/paths.ts';
import { changeText, contractChange, type TrainedContract } from '../../shared/model/contract/change.ts';
import { readManifest } from '../../shared/model/reading.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Alert } from '../ports/alerts.ts';
import type { FleetAdmin } from '../ports/fleet/fleet.ts';
import type { TrainingProposal, TrainingProposals } from '../ports/models/training.ts';
import type { Registry } from './registry.ts';

export interface ProposalDeps {
  machineTypes: ReadonlyMap<string, MachineType>;
  fleet: Pick<FleetAdmin, 'wanted'>;
  registry: Pick<Registry, 'contractOf'>;
  openAlerts(): Alert[];
  log: Log;
  /** Folder of the models that come with the product. */
  artefactsDir?: string;
}

interface Shipped {
  ref: ModelRef;
  trained: TrainedContract;
}

export class Proposals implements TrainingProposals {
  private readonly deps: ProposalDeps;
  private readonly shipped = new Map<string, Shipped>();

  constructor(deps: ProposalDeps) {
    this.deps = deps;
    const { artefactsDir = join(packageRoot, 'models', 'artefacts') } = deps;
    for (const { name, model } of deps.machineTypes.values()) {
      const folder = model === undefined ? null : join(artefactsDir, model);
      if (folder === null || !existsSync(join(folder, 'manifest.json'))) continue;
      try {
        const { manifest } = readManifest(folder);
        this.shipped.set(name, { ref: manifest, trained: manifest });
      } catch (error) {
        deps.log.warn({ folder, problem: messageOf(error) }, 'the manifest of a model cannot be read');
      }
    }
  }

  list(): TrainingProposal[] {
    return [...this.ofContracts(), ...this.ofDrift()].sort((a, b) =>
      a.machineType === b.machineType
        ? a.cause.localeCompare(b.cause)
        : a.machineType < b.machineType
          ? -1
          : 1,
    );
  }

  private *ofContracts(): Generator<TrainingProposal> {
    const wanted = this.deps.fleet.wanted('models').map(({ body }) => body);
    for (const type of this.deps.machineTypes.values()) {
      const active = wanted.find((body) => body.role === 'active' && body.machineType === type.name);
      const asked = active ? parsedRef(String(active.model)) : null;
      const shipped = this.shipped.get(type.name);
      const ref = asked ?? shipped?.ref;
      if (!ref) continue;
      const isShipped = shipped?.ref.name === ref.name && shipped.ref.version === ref.version;
      const trained = this.deps.registry.contractOf(ref) ?? (isShipped ? shipped.trained : null);
      const change = trained && contractChange(trained, type);
      if (!change) continue;
      const canGoOn = change.problem === null;
      yield {
        ...{ machineType: type.name, model: refText(ref), cause: 'contract', canGoOn },
        reason: `The sensors of ${type.name} are not those that ${refText(ref)} was trained on (${changeText(change)}). ${
          canGoOn ? 'It goes on without what is new.' : `It cannot go on: ${change.problem}.`
        }`,
      };
    }
  }

  private *ofDrift(): Generator<TrainingProposal> {
    for (const alert of this.deps.openAlerts()) {
      const drift = 'condition' in alert ? alert.condition.drift : undefined;
      if (!drift) continue;
      const { model, machineType, sensors } = drift;
      const said = sensors.map(({ sensor, did, by }) => `${sensor} ${did} by ${by}`).join(', ');
      yield {
        ...{ machineType, model: refText(model), cause: 'drift', canGoOn: true },
        reason: `What ${refText(model)} gets at gateway ${alert.gateway} is not like what it was trained on: ${said}.`,
      };
    }
  }
}
