# The workloads by data.table, in the same form as the SQL: sums by PSU and domain, moments by stratum.
# usage: Rscript data_table.R w1|w2|w3 SOURCE OUT INDICATORS THREADS
# INDICATORS: a file of lines, name, tab, condition.
suppressMessages(library(data.table))
given <- commandArgs(TRUE)
work <- given[1]; source <- given[2]; out <- given[3]
setDTthreads(as.integer(given[5]))
indicators <- if (work == "w2") read.delim(given[4], header = FALSE, stringsAsFactors = FALSE) else
  data.frame(V1 = "smoke", V2 = "smoke == 1", stringsAsFactors = FALSE)
conditions <- lapply(indicators$V2, str2lang)
age_group <- function(age) findInterval(age, c(18, 25, 35, 45, 55, 65, 75))

by <- switch(work, w1 = c("year", "sex"), w2 = c("year", "state", "sex", "g"), w3 = c("year", "g"))
needed <- unique(c("stratum", "psu", "weight", "year", setdiff(by, "g"), if ("g" %in% by) "age",
                   unlist(lapply(conditions, all.vars))))
d <- fread(source, select = needed)
if ("g" %in% by) d[, g := age_group(age)]
for (i in seq_along(conditions)) {
  true <- eval(conditions[[i]], d)
  d[, paste0("b", i) := weight * !is.na(true)]
  true[is.na(true)] <- FALSE
  d[, paste0("a", i) := weight * true]
}
sums <- c(paste0("a", seq_along(conditions)), paste0("b", seq_along(conditions)))
cell <- d[, lapply(.SD, sum), by = c("stratum", "psu", by), .SDcols = sums]
rm(d)
size <- cell[, .(n = uniqueN(psu)), by = stratum]

# Estimates and SEs of one indicator from its sums by PSU.
estimates <- function(units, by) {
  m <- units[, .(a = sum(a), b = sum(b), aa = sum(a * a), ab = sum(a * b), bb = sum(b * b)), by = c("stratum", by)]
  p <- m[, .(p = sum(a) / sum(b), w = sum(b)), by = by]
  m <- m[p, on = by][size, on = "stratum", nomatch = NULL][n > 1]
  m[, .(estimate = p[1], se = sqrt(sum(pmax(0, n / (n - 1) * (aa - 2 * p * ab + p * p * bb - (a - p * b)^2 / n)))) / w[1]), by = by]
}
write_out <- function(key, r, append) {
  fwrite(data.table(key, r$estimate, r$se), out, col.names = FALSE, quote = FALSE, append = append)
}
if (work == "w3") {
  share <- c(11.608, 15.54, 13.74, 11.41, 8.27, 5.17, 3.06)
  share <- share / sum(share)
  p <- cell[, .(p = sum(a1) / sum(b1), w = sum(b1)), by = .(year, g)]
  z <- cell[p, on = c("year", "g")][, .(z = sum(share[g] * (a1 - p * b1) / w)), by = .(stratum, psu, year)]
  v <- z[, .(zz = sum(z * z), z = sum(z)), by = .(stratum, year)][size, on = "stratum"][n > 1]
  r <- v[, .(se = sqrt(sum(n / (n - 1) * (zz - z * z / n)))), by = year]
  r <- r[p[, .(estimate = sum(share[g] * p)), by = year], on = "year"]
  write_out(r$year, r, FALSE)
} else {
  for (i in seq_along(conditions)) {
    units <- cell[, c("stratum", "psu", by, paste0(c("a", "b"), i)), with = FALSE]
    setnames(units, paste0(c("a", "b"), i), c("a", "b"))
    r <- estimates(units, by)
    key <- do.call(paste, c(r[, by, with = FALSE], sep = "|"))
    write_out(if (work == "w2") paste(indicators$V1[i], key, sep = "|") else key, r, i > 1)
  }
  if (work == "w1") {
    whole <- cell[, .(a = sum(a1), b = sum(b1), all = "all"), by = .(stratum, psu)]
    write_out("all", estimates(whole, "all"), TRUE)
  }
}
