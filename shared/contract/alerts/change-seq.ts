import { Type } from '@sinclair/typebox';

/** Orders the changes of an alert: the times of readings do not where a clock has been put back. */
export const ChangeSeq = Type.Integer({
  minimum: 1,
  description:
    'counts the changes of an alert that its gateway has saved before it told them: of two, the later one has the higher number, whatever their times',
});
