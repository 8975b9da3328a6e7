/* SPDX-License-Identifier: MIT */
#include "worker_fixture.h"

/*
 * Workers that die at any moment, compared with one that never does: every call is answered once
 * and in its order, with the sum that it would have had.
 */

/* Instead of log.c: there is a line for each of thousands of deaths. */
void log_start(enum log_level level, enum log_format format) {
    (void)level;
    (void)format;
}

void log_write(enum log_level level, const char *where, const char *format, ...) {
    (void)level;
    (void)where;
    (void)format;
}

enum { RUNS = 300, STEPS = 600, PADDING = 30000 };

/* What has happened in all runs. */
struct totals {
    size_t deaths;
    size_t given_up;
    size_t own_saves;
    size_t restores;
    size_t afresh;
};

struct model {
    struct worker_fixture *fixture;
    uint64_t random;
    bool remembers;
    long long submitted; /* calls, numbered from 1 */
    long long answered;  /* of publish; each has the number that follows */
    long long sum;       /* of those that were not given up */
    size_t saves;
    size_t saved;
    size_t own_saves;
    size_t given_up;
    size_t afresh;
};

static uint32_t draw(struct model *model, uint32_t below) {
    model->random = model->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(model->random >> 33) % below;
}

static void check_publish(struct model *model, const struct task *task,
                          const struct result *result) {
    char expected[96];
    model->answered++;
    assert_true(task->asker.id == (uint64_t)model->answered);
    if (result->outcome == OUTCOME_DIED) {
        model->given_up++;
        return;
    }
    assert_int_equal(result->outcome, OUTCOME_RETURNED);
    assert_int_equal(result->code, 0);
    const struct effect *emit = effects_find(result->effects, EFFECT_EMIT);
    assert_non_null(emit);
    model->sum += model->answered;
    snprintf(expected, sizeof(expected), "[%lld,%lld]", model->answered, model->sum);
    if (!model->remembers)
        snprintf(expected, sizeof(expected), "[%lld,", model->answered);
    assert_memory_equal(emit->item->json.data, expected, strlen(expected));
}

static void check_save(struct model *model, const struct task *task, const struct result *result) {
    const struct effect *kept = effects_find(result->effects, EFFECT_KEEP);
    if (!task->own)
        model->saved++;
    else if (result->outcome == OUTCOME_RETURNED)
        model->own_saves++;
    if (result->outcome != OUTCOME_RETURNED || !model->remembers)
        return;
    assert_non_null(kept);
    assert_int_equal(kept->b.size, sizeof(model->sum));
    assert_memory_equal(kept->b.data, &model->sum, sizeof(model->sum));
}

static void on_model_answered(void *context, struct task *task, const struct result *result) {
    struct worker_fixture *fixture = context;
    struct model *model = fixture->model;
    if (task->kind == CALL_PUBLISH)
        check_publish(model, task, result);
    else if (task->kind == CALL_SAVE)
        check_save(model, task, result);
    else
        assert_true(task->kind == CALL_OPEN || task->asker.presented);
}

static void on_model_afresh(void *context) {
    struct worker_fixture *fixture = context;
    struct model *model = fixture->model;
    model->afresh++;
    assert_false(model->remembers);
    on_afresh(context);
    fixture->size = 0;
}

static void submit_next(struct model *model) {
    static char text[32 + PADDING];
    int size = snprintf(text, sizeof(text), "%lld", ++model->submitted);
    uint32_t padding = draw(model, 3) == 0 ? draw(model, PADDING) : 0;
    memset(text + size, ' ', padding);
    text[size + (int)padding] = '\0';
    worker_submit(model->fixture->worker,
                  task_of(CALL_PUBLISH, (uint64_t)model->submitted, text, false));
}

/* With it goes some of what it had said. */
static void kill_now(struct model *model) {
    struct fake_process *victim = fake(model->fixture);
    size_t size = victim->out.end - victim->out.start;
    if (size > 0)
        victim->out.end -= draw(model, (uint32_t)size + 1);
    fake_end(victim, 0, SIGKILL);
}

static void let_call_kill(struct model *model) {
    static const enum call_kind kinds[] = {CALL_PUBLISH, CALL_PUBLISH, CALL_SAVE};
    if (fakes()->fatal.times == 0)
        fakes()->fatal =
            (struct fatal){kinds[draw(model, 3)], NULL, SIGSEGV, 1 + draw(model, 20) / 19};
}

static void change_socket(struct model *model) {
    fakes()->room = draw(model, 2) ? 1 + draw(model, 5000) : 0;
    fakes()->piece = draw(model, 2) ? 1 + draw(model, 500) : 0;
}

static void step(struct model *model) {
    struct worker_fixture *fixture = model->fixture;
    struct worker *worker = fixture->worker;
    uint32_t chance = draw(model, 100);
    fixture->size = 0;
    if (worker->state == WORKER_DEAD && chance < 50) {
        start_again(fixture);
    } else if (chance < 30) {
        submit_next(model);
    } else if (chance < 33) {
        model->saves++;
        worker_submit(worker, task_of(CALL_SAVE, 0, "", false));
    } else if (chance < 36) {
        change_socket(model);
    } else if (chance < 38) {
        let_call_kill(model);
    } else if (worker->process == NULL) {
        return;
    } else if (chance < 41) {
        kill_now(model);
    } else if (chance < 60) {
        worker_flush(worker);
    } else if (chance < 75) {
        fake_step(fake(fixture));
    } else if (chance < 85) {
        fake_deliver(fake(fixture));
    } else {
        fake_turn(fake(fixture));
    }
}

/* A death that is not the fault of what is repeated must not count as one of its past. */
static void forgive(struct model *model) {
    model->fixture->worker->relapses = 0;
    model->fixture->worker->gave_up = false;
}

static void add_up(struct totals *totals, const struct model *model) {
    totals->deaths += (size_t)model->fixture->worker->death_count;
    totals->given_up += model->given_up;
    totals->own_saves += model->own_saves;
    totals->restores += fakes()->calls[CALL_RESTORE];
    totals->afresh += model->afresh;
}

static void run(struct worker_fixture *fixture, uint64_t seed, bool remembers,
                struct totals *totals) {
    struct model model = {.fixture = fixture, .random = seed, .remembers = remembers};
    fixture->model = &model;
    fixture->settings.max_deaths = 0;
    fixture->handler.answered = on_model_answered;
    fixture->handler.afresh = on_model_afresh;
    fixture->presented = remembers ? 0 : 3;
    fakes()->plugin = remembers ? &adder : forgetful();
    create(fixture);
    settle(fixture);
    worker_open(fixture->worker, fixture->instance);
    settle(fixture);
    for (int i = 0; i < STEPS; i++) {
        step(&model);
        forgive(&model);
        check_invariants(fixture->worker);
    }
    fakes()->fatal.times = 0;
    settle_with_deaths(fixture);
    assert_true(model.answered == model.submitted);
    assert_int_equal(model.saved, model.saves);
    assert_int_equal(fixture->worker->waiting, 0);
    if (remembers)
        assert_true(fake(fixture)->instance->state->sum == model.sum);
    else if (model.afresh > 0)
        assert_int_equal(fake(fixture)->instance->state->subscribed, 3);
    check_invariants(fixture->worker);
    add_up(totals, &model);
    stop(fixture);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
}

static struct totals run_all(struct worker_fixture *fixture, bool remembers) {
    struct totals totals = {0};
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        *fakes() = (struct fakes){0};
        fixture->size = 0;
        run(fixture, seed, remembers, &totals);
    }
    assert_true(totals.deaths > 10 * RUNS);
    assert_true(totals.given_up > RUNS / 10);
    return totals;
}

static void plugin_that_saves_is_as_if_it_had_never_died(void **state) {
    struct totals totals = run_all(*state, true);
    assert_true(totals.own_saves > RUNS);
    assert_true(totals.restores > RUNS);
}

static void plugin_that_does_not_save_answers_every_call_once(void **state) {
    struct totals totals = run_all(*state, false);
    assert_true(totals.afresh > 5 * RUNS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(plugin_that_saves_is_as_if_it_had_never_died),
        TEST(plugin_that_does_not_save_answers_every_call_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
