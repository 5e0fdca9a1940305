import { type Static, Type } from '@sinclair/typebox';
import { bundleBytesMax } from '../../shared/model/trust/bundle.ts';

export const RegistryConfig = Type.Object(
  {
    modelBytesMax: Type.Integer({
      minimum: 100_000,
      maximum: bundleBytesMax,
      default: 16 << 20,
      description: 'The most that one version of a model may have; larger ones are refused.',
    }),
    modelsMax: Type.Integer({
      minimum: 1,
      maximum: 10_000,
      default: 500,
      description: 'Versions of models that are kept; further ones are refused until some are removed.',
    }),
    bytesMax: Type.Integer({
      minimum: 1_000_000,
      default: 1 << 30,
      description: 'The most that all versions together may have.',
    }),
  },
  {
    additionalProperties: false,
    default: {},
    description:
      'The registry of models, from which gateways fetch them. What is in it is removed by hand only.',
  },
);
export type RegistryConfig = Static<typeof RegistryConfig>;
