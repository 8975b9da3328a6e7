// SPDX-License-Identifier: MIT
// The dashboard's promises to those who keep it open all day.

import { cpus, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { Daemon } from '../browser/lib/daemon.mjs';
import { price, says } from '../browser/lib/look.mjs';
import { DESK, launch, open } from '../browser/lib/visit.mjs';
import { Load } from './load.mjs';
import { Meter } from './meter.mjs';
import { Recorder } from './tasks.mjs';

const SECONDS = Number(process.env.SENTIO_SOAK_SECONDS ?? '600');
const RATE = 500;
const TURN_MS = 5000;
const SETTLED_MS = 5000;
/** When the heap is taken for full: the second minute, of ten. */
const WARM = 0.2;
/** Looks at the heap are taken so many together: each has what came since the collection in it. */
const LOOKS = 5;
const LONG_MS = 50;
/** So many long tasks are told of at most. */
const TOLD = 10;
let broken = 0;

function verdict(name, good, figures) {
  if (!good) broken = 1;
  console.log(`${good ? 'ok' : 'not ok'} ${name}: ${figures}`);
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const megabytes = (bytes) => (bytes / 1e6).toFixed(2);

/** The dashboard with every update shown as it comes, and an empty page beside it. */
async function openPages(browser, host) {
  const context = await browser.newContext({ viewport: DESK });
  const empty = await context.newPage();
  const emptyMeter = await Meter.of(empty);
  await empty.goto('about:blank');
  const page = await context.newPage();
  const meter = await Meter.of(page);
  await page.addInitScript(() => {
    localStorage.setItem('sentio.settings', JSON.stringify({ interval: '0s' }));
  });
  await open(page, host);
  await page.locator('main canvas').first().waitFor();
  return { page, meter, emptyMeter, recorder: new Recorder(page) };
}

/** The tasks over 50 ms by the clock, and the one with the most work. */
function longest(tasks) {
  const [most] = tasks.toSorted((a, b) => b.work - a.work);
  return tasks
    .filter((task) => task === most || task.clock > LONG_MS)
    .map(({ clock, work, contents }) => ({ clock, work, contents: contents() }));
}

async function measure({ meter, emptyMeter, recorder }, load) {
  const samples = { frames: [], emptyFrames: [], heap: [], tasks: [] };
  await pause(SETTLED_MS);
  const before = { ...(await meter.work()), updates: load.count, at: performance.now() };
  const end = performance.now() + SECONDS * 1000;
  while (performance.now() < end) {
    await recorder.begin();
    samples.frames.push(await meter.frames(TURN_MS));
    samples.emptyFrames.push(await emptyMeter.frames(TURN_MS));
    // Not recorded: what the meter itself has the page do.
    samples.tasks.push(...longest(await recorder.end()));
    samples.heap.push(await meter.heap());
  }
  const after = await meter.work();
  const seconds = (performance.now() - before.at) / 1000;
  return {
    ...samples,
    busy: (after.busy - before.busy) / (after.time - before.time),
    rate: (load.count - before.updates) / seconds,
  };
}

/** What a task had to wait for, such as a processor, is not its work; but it is told of. */
function judgeTasks(tasks) {
  const work = Math.max(...tasks.map((task) => task.work));
  const late = tasks.filter((task) => Math.max(task.clock, task.work) > LONG_MS);
  verdict(
    'no_task_works_for_over_50_ms',
    work <= LONG_MS,
    `at most ${work.toFixed(1)} ms; ${late.length} tasks lasted for more than 50 ms by the clock`,
  );
  for (const task of late.toSorted((a, b) => b.work - a.work).slice(0, TOLD)) {
    const { clock, work, contents } = task;
    console.log(`  ${work.toFixed(1)} ms of work in ${clock.toFixed(1)} ms: ${contents}`);
  }
}

function judge({ frames, emptyFrames, heap, busy, rate, tasks }) {
  const share = median(frames) / median(emptyFrames);
  const from = Math.floor(heap.length * WARM);
  const warm = median(heap.slice(from, from + LOOKS));
  const full = median(heap.slice(-LOOKS));
  verdict('the_feed_kept_its_rate', rate > RATE * 0.95, `${rate.toFixed(0)} updates/s`);
  verdict(
    'the_page_keeps_the_frame_rate_of_an_empty_one',
    share >= 0.95,
    `${median(frames).toFixed(1)} of ${median(emptyFrames).toFixed(1)} a second`,
  );
  verdict(
    'the_heap_does_not_grow',
    full <= warm * 1.1,
    `${megabytes(warm)} MB, at the end ${megabytes(full)} MB`,
  );
  judgeTasks(tasks);
  verdict('the_main_thread_is_mostly_idle', busy < 0.3, `${(busy * 100).toFixed(1)} % busy`);
}

const host = await new Daemon({ channels: { 'market-data': { history: 1000 } } }).start();
const browser = await launch();
const load = new Load(host).start(RATE);
try {
  const pages = await openPages(browser, host);
  await says(price(pages.page, 'AAPL'), /\d/);
  judge(await measure(pages, load));
} finally {
  await load.stop();
  await browser.close();
  await host.remove();
}
// On a machine that is busy with something else a short task takes long too.
console.log(
  `the machine's load: ${loadavg().map((load) => load.toFixed(1))} on ${cpus().length} processors`,
);
process.exitCode = broken;
