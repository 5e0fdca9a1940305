import { Type } from '@sinclair/typebox';
import { jobSettings } from '../../../shared/jobs/config.ts';

export const RetentionConfig = Type.Object(jobSettings('30 0 * * * *'), { additionalProperties: false });
