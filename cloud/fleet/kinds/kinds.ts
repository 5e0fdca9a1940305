/** The registry of kinds of documents. A new kind is a folder in kinds/, and a line here; and the same in gateway/fleet. */
import type { FleetKind } from '../kind.ts';
import { accounts } from './accounts/part.ts';
import { lessons } from './lessons/part.ts';
import { models } from './models/part.ts';
import { overrides } from './overrides/part.ts';
import { settings } from './settings/part.ts';
import { updates } from './updates/part.ts';

export const fleetKinds: readonly FleetKind[] = [overrides, models, lessons, accounts, settings, updates];
