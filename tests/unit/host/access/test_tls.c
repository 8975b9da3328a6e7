/* SPDX-License-Identifier: MIT */
#include "access/tls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <sentio/plugin.h>

/* Two pairs, "0" and "1", and a file of garbage. */
struct fixture {
    char folder[40];
    char certificates[2][64];
    char keys[2][64];
    char garbage[64];
};

static X509 *sign(EVP_PKEY *key) {
    X509 *certificate = X509_new();
    assert_non_null(certificate);
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1,
                               0);
    X509_set_issuer_name(certificate, name);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    assert_int_equal(X509_set_pubkey(certificate, key), 1);
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    return certificate;
}

static void write_pair(struct fixture *fixture, int index) {
    char folder[sizeof(fixture->folder)];
    memcpy(folder, fixture->folder, sizeof(folder));
    EVP_PKEY *key = EVP_EC_gen("P-256");
    assert_non_null(key);
    X509 *certificate = sign(key);
    snprintf(fixture->certificates[index], 64, "%s/%d.crt", folder, index);
    snprintf(fixture->keys[index], 64, "%s/%d.key", folder, index);
    FILE *file = fopen(fixture->certificates[index], "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_X509(file, certificate), 1);
    fclose(file);
    file = fopen(fixture->keys[index], "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
    fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    if (fixture == NULL)
        return -1;
    snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/sentio-test-tls-XXXXXX");
    if (mkdtemp(fixture->folder) == NULL)
        return -1;
    write_pair(fixture, 0);
    write_pair(fixture, 1);
    memcpy(fixture->garbage, fixture->folder, sizeof(fixture->folder));
    memcpy(fixture->garbage + strlen(fixture->folder), "/garbage", sizeof("/garbage"));
    FILE *file = fopen(fixture->garbage, "w");
    assert_non_null(file);
    fputs("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", file);
    return fclose(file);
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    unlink(fixture->garbage);
    for (int i = 0; i < 2; i++) {
        unlink(fixture->certificates[i]);
        unlink(fixture->keys[i]);
    }
    int left = rmdir(fixture->folder);
    free(fixture);
    return left;
}

static int load(char *certificate, char *key, SSL_CTX **context) {
    const struct config config = {.tls = {.certificate = certificate, .key = key}};
    char *text = NULL;
    size_t size = 0;
    FILE *errors = open_memstream(&text, &size);
    assert_non_null(errors);
    int result = tls_load(&config, context, errors);
    assert_int_equal(fclose(errors), 0);
    assert_int_equal(*context != NULL, result == 0 && certificate != NULL);
    /* One line, which begins with the file that is wrong. */
    assert_int_equal(result != 0, size > 0);
    if (result != 0) {
        assert_true(strncmp(text, certificate, strlen(certificate)) == 0 ||
                    strncmp(text, key, strlen(key)) == 0);
        assert_ptr_equal(strchr(text, '\n'), text + size - 1);
    }
    free(text);
    return result;
}

static int check(char *certificate, char *key) {
    SSL_CTX *context;
    int result = load(certificate, key, &context);
    SSL_CTX_free(context);
    return result;
}

/* Whether the two compare as the same, both ways round. */
static bool same(SSL_CTX *a, SSL_CTX *b) {
    bool result = tls_same(a, b);
    assert_int_equal(tls_same(b, a), result);
    return result;
}

static void append(const char *to, const char *from) {
    char text[4096];
    FILE *file = fopen(from, "r");
    assert_non_null(file);
    size_t size = fread(text, 1, sizeof(text), file);
    assert_true(size > 0 && size < sizeof(text));
    fclose(file);
    file = fopen(to, "a");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void certificate_and_key_that_go_together_are_good(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(check(fixture->certificates[0], fixture->keys[0]), 0);
    assert_int_equal(check(fixture->certificates[1], fixture->keys[1]), 0);
}

static void nothing_to_check_is_good(void **state) {
    (void)state;
    assert_int_equal(check(NULL, NULL), 0);
}

static void key_of_another_certificate_is_refused(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(check(fixture->certificates[0], fixture->keys[1]), SENTIO_INVALID);
    assert_int_equal(check(fixture->certificates[1], fixture->keys[0]), SENTIO_INVALID);
}

static void files_that_are_not_pem_are_refused(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(check(fixture->garbage, fixture->keys[0]), SENTIO_INVALID);
    assert_int_equal(check(fixture->certificates[0], fixture->garbage), SENTIO_INVALID);
    assert_int_equal(check(fixture->keys[0], fixture->certificates[0]), SENTIO_INVALID);
}

static void missing_files_are_refused(void **state) {
    struct fixture *fixture = *state;
    char missing[] = "/nonexistent/file";
    assert_int_equal(check(missing, fixture->keys[0]), SENTIO_INVALID);
    assert_int_equal(check(fixture->certificates[0], missing), SENTIO_INVALID);
}

static void what_is_read_again_is_the_same(void **state) {
    struct fixture *fixture = *state;
    SSL_CTX *first;
    SSL_CTX *again;
    assert_int_equal(load(fixture->certificates[0], fixture->keys[0], &first), 0);
    assert_int_equal(load(fixture->certificates[0], fixture->keys[0], &again), 0);
    assert_true(same(first, again));
    assert_true(same(NULL, NULL));
    assert_false(same(first, NULL));
    SSL_CTX_free(first);
    SSL_CTX_free(again);
}

static void another_certificate_or_chain_is_not_the_same(void **state) {
    struct fixture *fixture = *state;
    SSL_CTX *first;
    SSL_CTX *other;
    SSL_CTX *longer;
    assert_int_equal(load(fixture->certificates[0], fixture->keys[0], &first), 0);
    assert_int_equal(load(fixture->certificates[1], fixture->keys[1], &other), 0);
    append(fixture->certificates[0], fixture->certificates[1]);
    assert_int_equal(load(fixture->certificates[0], fixture->keys[0], &longer), 0);
    assert_false(same(first, other));
    assert_false(same(first, longer));
    SSL_CTX_free(first);
    SSL_CTX_free(other);
    SSL_CTX_free(longer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certificate_and_key_that_go_together_are_good),
        cmocka_unit_test(nothing_to_check_is_good),
        cmocka_unit_test(key_of_another_certificate_is_refused),
        cmocka_unit_test(files_that_are_not_pem_are_refused),
        cmocka_unit_test(missing_files_are_refused),
        cmocka_unit_test(what_is_read_again_is_the_same),
        cmocka_unit_test(another_certificate_or_chain_is_not_the_same),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
