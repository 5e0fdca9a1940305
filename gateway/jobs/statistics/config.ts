import { Type } from '@sinclair/typebox';
import { jobSettings } from '../../../shared/jobs/config.ts';

export const StatisticsConfig = Type.Object(jobSettings('0 * * * * *'), { additionalProperties: false });
