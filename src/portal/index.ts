// Imports are looked up before anything runs: what hastens that comes first, and the program after it.
import './db/resolve-drizzle.ts';

await import('./program.ts');
