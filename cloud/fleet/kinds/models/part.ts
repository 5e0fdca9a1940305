import { ModelsBody, modelsProblem, modelsText } from '../../../../shared/contract/fleet/models.ts';
import type { FleetKind } from '../../kind.ts';

/** The schema was checked before. */
const asBody = (body: Record<string, unknown>) => body as ModelsBody;

export const models: FleetKind = {
  kind: 'models',
  about: 'Which version of a model judges the machines of a type, and which runs beside it.',
  body: ModelsBody,
  problem: (body) => modelsProblem(asBody(body)),
  nameOf: (body) => `${asBody(body).role}:${asBody(body).machineType}`,
  text: (body) => modelsText(asBody(body)),
};
