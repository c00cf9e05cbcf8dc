// The entry for browsers: fetches the engine from beside this file.
import init from './engine.js';

await init();

export * from './api.js';
