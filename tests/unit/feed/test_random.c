/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "feed/correlation.h"
#include "feed/elementary.h"
#include "feed/random.h"
#include "feed/result.h"

/* From the reference C code's recurrence, worked by hand: with state {1, 2, 3, 4} the first result
 * is rotl(2 * 5, 7) * 9 = 11520, and s[1] is then 0 and rotl(0) * 9 = 0. */
static void the_generator_is_xoshiro256_star_star(void **state) {
    (void)state;
    static const uint64_t expected[] = {11520, 0, 1509978240, UINT64_C(1215971899390074240)};
    struct random random = {.state = {1, 2, 3, 4}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_true(random_next(&random) == expected[i]);
}

/* splitmix64's first results for the seed 0. */
static void the_state_is_filled_by_splitmix64(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 0);
    assert_true(random.state[0] == UINT64_C(0xe220a8397b1dcdaf));
    assert_true(random.state[1] == UINT64_C(0x6e789e6aa1b965f4));
    assert_true(random.state[2] == UINT64_C(0x06c45d188009454f));
    assert_true(random.state[3] == UINT64_C(0xf88bb8a8724c81ec));
}

static void uniform_deviates_fill_the_unit_interval(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 3);
    double sum = 0;
    for (int i = 0; i < 100000; i++) {
        double u = random_uniform(&random);
        assert_true(u >= 0 && u < 1);
        sum += u;
    }
    assert_true(fabs(sum / 100000 - 0.5) < 0.005);
}

static void normal_deviates_have_the_moments_of_the_normal_distribution(void **state) {
    (void)state;
    const int n = 200000;
    struct random random;
    random_init(&random, 42);
    double sum[5] = {0};
    for (int i = 0; i < n; i++) {
        double z = random_normal(&random);
        for (int power = 1; power <= 4; power++)
            sum[power] += pow(z, power) / n;
    }
    assert_true(fabs(sum[1]) < 0.01);
    assert_true(fabs(sum[2] - 1) < 0.015);
    assert_true(fabs(sum[3]) < 0.03);
    assert_true(fabs(sum[4] - 3) < 0.1);
}

static void elementary_functions_agree_with_the_library(void **state) {
    (void)state;
    for (int i = -2000; i <= 2000; i++) {
        double x = i * 0.173;
        assert_true(fabs(elementary_exp(x) / exp(x) - 1) < 1e-13);
        double y = exp(x);
        assert_true(fabs(elementary_log(y) - log(y)) <= 1e-15 * fmax(1, fabs(log(y))));
    }
    assert_true(elementary_exp(0) == 1);
    assert_true(elementary_log(1) == 0);
    assert_true(fabs(elementary_log(0x1p-1060) + 1060 * log(2)) < 1e-12);
}

static void the_factor_times_its_transpose_is_the_correlation_matrix(void **state) {
    (void)state;
    const double loadings[4] = {0.9, 0.5, 0.7, 0};
    double matrix[16];
    double factor[16];
    correlation_of_loadings(loadings, 4, matrix);
    correlation_of_loadings(loadings, 4, factor);
    assert_int_equal(correlation_factor(factor, 4), 0);
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < 4; j++) {
            double sum = 0;
            for (size_t k = 0; k < 4; k++)
                sum += factor[i * 4 + k] * factor[j * 4 + k];
            assert_true(fabs(sum - matrix[i * 4 + j]) < 1e-12);
            assert_true(j <= i || factor[i * 4 + j] == 0);
        }
    }
    assert_true(fabs(matrix[1] - 0.45) < 1e-12);
    assert_true(matrix[5] == 1);
}

static void a_matrix_that_is_not_positive_definite_is_refused(void **state) {
    (void)state;
    double matrix[4] = {1, 2, 2, 1};
    assert_int_equal(correlation_factor(matrix, 2), SENTIO_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_generator_is_xoshiro256_star_star),
        cmocka_unit_test(the_state_is_filled_by_splitmix64),
        cmocka_unit_test(uniform_deviates_fill_the_unit_interval),
        cmocka_unit_test(normal_deviates_have_the_moments_of_the_normal_distribution),
        cmocka_unit_test(elementary_functions_agree_with_the_library),
        cmocka_unit_test(the_factor_times_its_transpose_is_the_correlation_matrix),
        cmocka_unit_test(a_matrix_that_is_not_positive_definite_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
