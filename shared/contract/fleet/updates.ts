/**
 * The content of documents of the kind `updates`: which version of the system an image is to have, and where its signed bundle is.
 * A gateway follows the document that is for it alone before the one for all.
 */
import { type Static, Type } from '@sinclair/typebox';
import { shareAt } from '../models/share-of.ts';

const share = (description: string) => Type.Number({ exclusiveMinimum: 0, maximum: 1, description });

export const UpdatesBody = Type.Object({
  system: Type.String({
    pattern: '^[0-9][A-Za-z0-9.+~-]{0,39}$',
    description: 'the version, e.g. 0.2.0',
  }),
  source: Type.String({
    pattern: '^https?://[A-Za-z0-9.:/_%~+@-]{1,400}$',
    description: 'address of the signed bundle (.raucb), on a server that the gateways reach',
  }),
  stages: Type.Optional(
    Type.Array(share('a part of all gateways'), {
      minItems: 1,
      maxItems: 20,
      description:
        'of a document for all gateways: which part is updated first, then next; each stage when the one before runs well',
    }),
  ),
  share: Type.Optional(
    share(
      'only gateways whose place (a hash of the name, 0 to 1) is below it; made by the cloud from the stages',
    ),
  ),
  halted: Type.Optional(
    Type.String({ maxLength: 400, description: 'made by the cloud: why no further gateway is updated' }),
  ),
});
export type UpdatesBody = Static<typeof UpdatesBody>;

/** Says that it is this gateway's turn. Of an update with stages, it is nobody's until the cloud has begun. */
export function isTurnOf(gateway: string, body: UpdatesBody): boolean {
  const { stages, share: part = stages ? 0 : 1 } = body;
  return part === 1 || shareAt(gateway) < part;
}

/** Says what is wrong with it; null if nothing is. */
export function updatesProblem({ stages }: UpdatesBody, gateway?: string): string | null {
  if (!stages) return null;
  if (gateway !== undefined) return 'stages are of an update for all gateways';
  const isRising = stages.every((each, at) => at === 0 || each > stages[at - 1]!);
  return isRising && stages.at(-1) === 1 ? null : 'stages rise, and end with 1, e.g. [0.1, 0.5, 1]';
}

/** Says it in words. */
export function updatesText({ system, share: part, stages, halted }: UpdatesBody): string {
  const which =
    part === undefined && !stages ? 'all gateways' : `${Math.round(100 * (part ?? 0))} % of the gateways`;
  return `images have version ${system}: ${which}${halted === undefined ? '' : `; halted: ${halted}`}`;
}
