import { type Static, Type } from '@sinclair/typebox';
import { compileValidator } from '../../runtime/validate.ts';

const modelsMax = 32;
const modelLengthMax = 200;
const Share = Type.Number({ minimum: 0, maximum: 1 });
const Count = Type.Integer({ minimum: 0 });
const Time = Type.Number({ minimum: 0, maximum: 8.64e15, description: 'ms since 1970' });
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

/** How a gateway is, as it says itself with each message of the exchange; null where it does not know. */
export const GatewayFigures = Type.Object({
  version: Type.String({ maxLength: 40 }),
  startedMs: Time,
  backlog: orNull(
    Type.Object({
      blocks: Type.Integer({ minimum: 0, description: 'blocks of readings and events that wait' }),
      share: Type.Number({ minimum: 0, description: 'of the room in its journal that they take' }),
    }),
  ),
  disk: orNull(Type.Object({ freeBytes: Count, freeShare: Share })),
  aheadOfCloudMs: orNull(Type.Number({ description: 'how far its clock was ahead when it connected' })),
  deadLetters: orNull(Count),
  refusedBatches: orNull(Count),
  certificateExpiresMs: orNull(Time),
  models: Type.Array(Type.String({ maxLength: modelLengthMax }), {
    maxItems: modelsMax,
    description: 'those that are loaded, as name@version',
  }),
});
export type GatewayFigures = Static<typeof GatewayFigures>;

const check = compileValidator(GatewayFigures);

/** Null if this program does not understand it. Never throws. */
export function understoodFigures(value: unknown): GatewayFigures | null {
  try {
    return check(value, (problem) => new Error(problem));
  } catch {
    return null;
  }
}

export const figuresLimits = { modelsMax, modelLengthMax } as const;
