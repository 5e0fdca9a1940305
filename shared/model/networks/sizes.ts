import { Type } from '@sinclair/typebox';

/** Bounds that keep a crafted artefact from taking all memory. */
export const Rows = Type.Integer({ minimum: 1, maximum: 512 });
export const Columns = Type.Integer({ minimum: 1, maximum: 257 });
export const Units = Type.Integer({ minimum: 1, maximum: 1_024 });
