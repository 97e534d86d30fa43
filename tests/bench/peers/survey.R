# The workloads by R's survey package, the reference of the field.
# usage: Rscript survey.R w1|w3|yrbs SOURCE OUT
suppressMessages({library(survey); library(data.table)})
given <- commandArgs(TRUE)
work <- given[1]; source <- given[2]; out <- given[3]
options(survey.lonely.psu = if (work == "yrbs") "adjust" else "remove")
unlink(out)
write_out <- function(key, estimate, se) {
  fwrite(data.table(key, estimate, se), out, col.names = FALSE, quote = FALSE, append = TRUE)
}
if (work == "yrbs") {
  by <- c("year", "Grade", "Sex", "Race")
  d <- fread(source, select = c("district", "stratum", "PSU", "weight", "suicide_considered", by),
             na.strings = "", data.table = FALSE)
  d$considered <- as.numeric(d$suicide_considered)
  d$h <- paste(d$district, d$year, d$stratum)
  design <- svydesign(ids = ~PSU, strata = ~h, weights = ~weight, data = d, nest = TRUE)
  b <- svyby(~considered, ~year + Grade + Sex + Race, design, svymean, na.rm = TRUE)
  write_out(do.call(paste, c(b[by], sep = "|")), b$considered, b$se)
} else {
  d <- fread(source, select = c("stratum", "psu", "weight", "year", "sex", "age", "smoke"), data.table = FALSE)
  design <- svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = d, nest = TRUE)
  if (work == "w1") {
    m <- svymean(~smoke, design, na.rm = TRUE)
    write_out("all", coef(m)[[1]], SE(m)[[1]])
    b <- svyby(~smoke, ~year + sex, design, svymean, na.rm = TRUE)
    write_out(paste(b$year, b$sex, sep = "|"), b$smoke, b$se)
  } else {
    design <- update(design, g = findInterval(age, c(18, 25, 35, 45, 55, 65, 75)))
    standard <- svystandardize(design, by = ~g, over = ~year, excluding.missing = ~smoke,
                               population = c(11.608, 15.54, 13.74, 11.41, 8.27, 5.17, 3.06))
    b <- svyby(~smoke, ~year, standard, svymean, na.rm = TRUE)
    write_out(b$year, b$smoke, b$se)
  }
}
