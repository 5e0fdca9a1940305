import { estimatePoliciesOf } from '../../shared/domain/alert-policy.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import type { ModelDesign } from '../fit/design.ts';
import { recipes } from '../training/recipes.ts';

/** Longer lives are not told apart where no recipe says otherwise. */
const labelCapDefault = 125;
/** So many windows of each row are drawn in an epoch, and a recipe's number at most. */
const windowsPerRow = 4;
const windowsMin = 2_000;

/** A model of a name: that of its folder, in which a type's models may be told apart by / . */
export const modelNameOf = ({ name, model }: Pick<MachineType, 'name' | 'model'>): string =>
  model?.replaceAll('/', '-') ?? `${name}-rul`;

/** The design of the recipe of a type's model; without one, a small network over a summary of the last rows. */
export function designOf(type: MachineType): ModelDesign {
  const name = modelNameOf(type);
  for (const recipe of recipes)
    for (const subset of recipe.subsets.length === 0 ? [null] : recipe.subsets)
      if ((subset === null ? recipe.name : `${recipe.name}-${subset}`) === name) return recipe.design(subset);
  return plainDesign(type);
}

function plainDesign(type: MachineType): ModelDesign {
  const spans = (rows: number[]) => rows.filter((span) => span <= type.windowRows);
  return {
    labelCap: Math.max(labelCapDefault, ...lifeLimits(type).map((limit) => 2 * limit)),
    settings: [],
    summary: {
      meanRows: spans([1, 3, 10, 30, 100]),
      slopeRows: spans([10, 30, 100]),
      firstRows: 0,
      relative: false,
      length: false,
    },
    network: { kind: 'mlp', hiddenUnits: [32] },
    folds: 4,
    fit: {
      epochs: 12,
      windowsPerEpoch: 50_000,
      batchSize: 256,
      learningRate: 3e-3,
      weightDecay: 1e-2,
      inputNoise: 0.2,
      dropout: 0,
      shortShare: 0.2,
      averageDecay: 0.99,
      pointWeight: 10,
    },
  };
}

const lifeLimits = (type: MachineType) =>
  estimatePoliciesOf(type).flatMap(({ on, openAt }) => (on === 'remaining-life' ? [openAt] : []));

/** How far ahead a warning must come: the type's horizon, else the life at which it warns. */
export function horizonOf(type: MachineType): number {
  return type.planningHorizon ?? Math.max(1, ...lifeLimits(type));
}

/** The same design for fewer data: as many windows as these have rows for, and as many parts as there are lives. */
export function fitted(
  design: ModelDesign,
  of: { rows: number; lives: number; epochs?: number },
): ModelDesign {
  const { fit } = design;
  const windowsPerEpoch = Math.min(fit.windowsPerEpoch, Math.max(windowsMin, windowsPerRow * of.rows));
  return {
    ...design,
    folds: Math.max(2, Math.min(design.folds, of.lives)),
    fit: { ...fit, windowsPerEpoch, epochs: of.epochs ?? fit.epochs },
  };
}
