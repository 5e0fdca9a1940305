import type { TObject } from '@sinclair/typebox';
import { documentLimits } from '../../shared/contract/fleet/documents.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import type { Asked } from '../ports/fleet/fleet.ts';
import type { FleetKind } from './kind.ts';

const validators = new Map<TObject, ReturnType<typeof compileValidator>>();

/** Returns what was asked for, with its name. @throws HarbingerError FLEET_INVALID */
export function checkedAsked(
  asked: Asked,
  { kinds, gateways, nowMs }: { kinds: readonly FleetKind[]; gateways: readonly string[]; nowMs: number },
): Asked & { name: string } {
  const kind = kinds.find((each) => each.kind === asked.kind);
  if (!kind)
    throw invalid(
      `there is no kind '${asked.kind}'; there are: ${kinds.map((each) => each.kind).join(', ')}`,
    );
  const { body, gateway, untilMs } = asked;
  validatorOf(kind.body)(body, (problem) => invalid(`body: ${problem}`));
  const problem = kind.problem(body, asked);
  if (problem !== null) throw invalid(problem);
  if (gateway !== undefined && !gateways.includes(gateway))
    throw invalid(`there is no gateway '${gateway}'; see harbinger gateways list`);
  if (untilMs !== undefined && untilMs <= nowMs) throw invalid('its end is not in the future');
  if (Buffer.byteLength(JSON.stringify(body)) > documentLimits.bodyBytesMax)
    throw invalid(`body is larger than ${documentLimits.bodyBytesMax} bytes`);
  const name = asked.name ?? kind.nameOf(body);
  if (!new RegExp(`^[!-?A-~]{1,${documentLimits.nameLengthMax}}$`).test(name))
    throw invalid(
      `name '${name}' must be up to ${documentLimits.nameLengthMax} letters, digits and signs, without @`,
    );
  return { ...asked, name };
}

function validatorOf(schema: TObject): ReturnType<typeof compileValidator> {
  const known = validators.get(schema) ?? compileValidator(schema);
  validators.set(schema, known);
  return known;
}

const invalid = (problem: string) => new HarbingerError('FLEET_INVALID', 'fleet', problem);
