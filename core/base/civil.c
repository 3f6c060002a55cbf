/* The proleptic Gregorian calendar: H. Hinnant, "chrono-compatible low-level date algorithms". Years
 * start in March there, so that the leap day is the last of its year; an era is 400 years. */
#include "core/base/time.h"

enum { DAYS_PER_ERA = 146097, ERA_TO_EPOCH = 719468, SECONDS_PER_DAY = 86400 };

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t sb_days_from_civil(int64_t year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = floor_div(y, 400), year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - ERA_TO_EPOCH;
}

static void date_from_days(int64_t days, struct sb_civil *ret)
{
    int64_t shifted = days + ERA_TO_EPOCH, era = floor_div(shifted, DAYS_PER_ERA);
    int64_t day_of_era = shifted - era * DAYS_PER_ERA;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153; /* 0 = March */
    ret->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    ret->month = (int)(month < 10 ? month + 3 : month - 9);
    ret->year = year_of_era + era * 400 + (ret->month <= 2);
    ret->yearday = (int)(days - sb_days_from_civil(ret->year, 1, 1));
    ret->weekday = (int)(days + 4 - floor_div(days + 4, 7) * 7); /* 1970-01-01 was a Thursday */
}

void sb_civil_from(int64_t ns, int32_t offset_s, struct sb_civil *ret)
{
    int64_t seconds = floor_div(ns, SB_NS_PER_S);
    int64_t local = seconds + offset_s, days = floor_div(local, SECONDS_PER_DAY);
    int rest = (int)(local - days * SECONDS_PER_DAY);
    date_from_days(days, ret);
    ret->hour = rest / 3600;
    ret->minute = rest / 60 % 60;
    ret->second = rest % 60;
    int64_t fraction = ns % SB_NS_PER_S; /* seconds * SB_NS_PER_S may not fit */
    ret->nanosecond = (int)(fraction < 0 ? fraction + SB_NS_PER_S : fraction);
}
